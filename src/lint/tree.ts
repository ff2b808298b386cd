/** Reading PostgreSQL's parse tree: nodes are records with one key, lists of them, and strings wrapped in nodes. */

export type Node = Readonly<Record<string, unknown>>;

const EMPTY: Node = Object.freeze({});

export function record(value: unknown): Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : EMPTY;
}

export function list(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.map(record) : [];
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The kind of a node and what is in it: `['IndexStmt', { idxname: … }]`. */
export function inside(node: Node): readonly [string, Node] {
  const [key = ''] = Object.keys(node);
  return [key, record(node[key])];
}

/** `{ String: { sval: 'a' } }` → `a`. */
export function stringOf(node: Node): string {
  return text(record(node.String).sval) ?? '';
}

/** Every node below, itself included, by kind. Depth first. */
export function nodesOf(value: unknown, kind: string): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap((one) => nodesOf(one, kind));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const below = nodesOf(inner, kind);
    return key === kind ? [record(inner), ...below] : below;
  });
}
