/**
 * What stands in a FROM clause: relations by the names that columns refer to them with, which of them an outer join can
 * leave without a row, and which columns a condition on every row proves not to be NULL.
 */
import { enclosed, isWord, split, type Token } from './expression.ts';
import { COMPARISONS, isOperator, nameOf, type Origin, UNKNOWN } from './view-values.ts';

/** A query's columns; `origin` is told whether the value ends as a plain number. */
export type Derived = readonly { readonly name: string | null; readonly origin: (numeric: boolean) => Origin }[];

/** Queries of WITH by name; null: it cannot be read. */
export type Queries = ReadonlyMap<string, Derived | null>;

export interface Reading {
  readonly queries: Queries;
  readonly readQuery: (tokens: readonly Token[], queries: Queries) => Derived | null;
  readonly renamed: (query: Derived | null, list: readonly Token[] | null) => Derived | null;
}

type Relation = (column: string) => Origin;
type Relations = ReadonlyMap<string, Relation>;

export interface Scope {
  readonly relations: Relations;
  /** `alias\0column`. */
  readonly proved: ReadonlySet<string>;
}

/** Null when the joins cannot be told. */
export function readFrom(tokens: readonly Token[], reading: Reading): Scope | null {
  return split(tokens, isComma)
    .map((part) => readJoin(part, reading))
    .reduce((left, right) => combined('', left, right, []));
}

/** `a JOIN b ON (…)`, each side a relation or another join in brackets. */
function readJoin(tokens: readonly Token[], reading: Reading): Scope | null {
  const inner = enclosed(tokens, '(', ')');
  if (inner && !isQuery(inner)) return readJoin(inner, reading);
  const sides = split(tokens, (token) => isWord(token, 'JOIN'));
  const right = sides.at(-1) ?? [];
  if (sides.length === 1) return readRelation(tokens, reading);
  const left = tokens.slice(0, tokens.length - right.length - 1);
  const kind = KINDS.find((word) => isWord(left.at(-1), word)) ?? '';
  const [joined = [], condition] = split(right, (token) => isWord(token, 'ON') || isWord(token, 'USING'));
  if ((condition === undefined) !== (kind === 'CROSS')) return null;
  const on = isWord(right[joined.length], 'ON') ? (condition ?? []) : [];
  const [a, b] = [readJoin(kind === '' ? left : left.slice(0, -1), reading), readJoin(joined, reading)];
  return combined(kind, a, b, on);
}

const KINDS = ['LEFT', 'RIGHT', 'FULL', 'CROSS'];

function combined(kind: string, left: Scope | null, right: Scope | null, on: readonly Token[]): Scope | null {
  if (left === null || right === null) return null;
  const [a, b] = [
    kind === 'RIGHT' || kind === 'FULL' ? outer(left) : left,
    kind === 'LEFT' || kind === 'FULL' ? outer(right) : right,
  ];
  const relations = new Map([...a.relations, ...b.relations]);
  // The condition of an outer join keeps no row away.
  const proofs = kind === '' ? readProofs(on, relations) : [];
  return { relations, proved: new Set([...a.proved, ...b.proved, ...proofs]) };
}

function outer({ relations }: Scope): Scope {
  const missing = [...relations].map(
    ([name, relation]) => [name, (column: string): Origin => ({ kind: 'outer', of: relation(column) })] as const,
  );
  return { relations: new Map(missing), proved: new Set() };
}

/** A table, a query in brackets or of WITH, with or without another name; anything else has columns nobody knows. */
function readRelation(tokens: readonly Token[], reading: Reading): Scope | null {
  const given = tokens.filter((token) => !isWord(token, 'ONLY') && !isWord(token, 'LATERAL'));
  const [first, dot, second] = given;
  const schema = nameOf(first);
  const name = nameOf(second);
  if (schema !== null && isDot(dot) && name !== null) {
    const alias = given.length === 3 ? name : nameOf(given[3]);
    const table = { schema, name };
    const plain = given.length === 3 || given.length === 4;
    return scopeOf(alias, plain ? (column) => ({ kind: 'column', relation: table, column }) : unknown);
  }
  const [query, rest] = derived(given, reading);
  const alias = nameOf(rest[0]);
  const columns = rest.length === 1 ? query : reading.renamed(query, enclosed(rest.slice(1), '(', ')'));
  return scopeOf(alias, columns === null ? unknown : columnOf(columns));
}

/** The query, and what stands behind it: its name and perhaps those of its columns. */
function derived(tokens: readonly Token[], reading: Reading): readonly [Derived | null, readonly Token[]] {
  const [first] = tokens;
  const name = nameOf(first);
  if (name !== null && reading.queries.has(name)) {
    return [reading.queries.get(name) ?? null, nameOf(tokens[1]) === null ? tokens : tokens.slice(1)];
  }
  const end = closing(tokens, 0);
  const inner = end < 0 ? [] : tokens.slice(1, end);
  return isQuery(inner) ? [reading.readQuery(inner, reading.queries), tokens.slice(end + 1)] : [null, tokens.slice(-1)];
}

function columnOf(columns: Derived): Relation {
  return (wanted) => {
    const found = columns.filter(({ name }) => name === wanted);
    return found.length === 1 ? (found[0]?.origin(false) ?? UNKNOWN) : UNKNOWN;
  };
}

function unknown(): Origin {
  return UNKNOWN;
}

function scopeOf(alias: string | null, relation: Relation): Scope {
  return { relations: new Map(alias === null ? [['', unknown]] : [[alias, relation]]), proved: new Set() };
}

/** Columns that are not NULL where the condition is true: `IS NOT NULL`, and comparisons, which are all strict. */
export function readProofs(condition: readonly Token[], relations: Relations): readonly string[] {
  const inner = enclosed(condition, '(', ')');
  if (inner) return readProofs(inner, relations);
  if (split(condition, (token) => isWord(token, 'OR')).length > 1) return [];
  const parts = split(condition, (token) => isWord(token, 'AND'));
  if (parts.length > 1) return parts.flatMap((part) => readProofs(part, relations));
  const [tested = [], ...rest] = split(condition, (token) => isWord(token, 'IS'));
  if (rest.length === 1)
    return rest[0]?.map(({ text }) => text).join(' ') === 'NOT NULL' ? columns([tested], relations) : [];
  const sides = split(condition, isOperator);
  const operator = condition[sides[0]?.length ?? 0]?.text ?? '';
  if (sides.length === 1) return columns(sides, relations);
  // `x <> ALL ('{}')` is true of NULL too.
  const strict = sides.length === 2 && COMPARISONS.has(operator) && !isWord(sides[1]?.[0], 'ALL');
  return strict ? columns(sides, relations) : [];
}

function columns(sides: readonly (readonly Token[])[], relations: Relations): readonly string[] {
  return sides.flatMap((side) => {
    const [first, dot, second] = side;
    const [alias, column] = side.length === 1 ? [only(relations), nameOf(first)] : [nameOf(first), nameOf(second)];
    const certain = side.length === 1 || (side.length === 3 && isDot(dot));
    return certain && alias !== null && column !== null && relations.has(alias) ? [`${alias}\0${column}`] : [];
  });
}

function only(relations: Relations): string | null {
  return relations.size === 1 ? ([...relations.keys()][0] ?? null) : null;
}

export function isQuery([first, ...rest]: readonly Token[]): boolean {
  if (first?.kind === 'sign' && first.text === '(') return isQuery(rest);
  return ['SELECT', 'WITH', 'VALUES'].some((word) => isWord(first, word));
}

/** Where the bracket that opens at `from` closes; -1 when none does. */
export function closing(tokens: readonly Token[], from: number): number {
  let depth = 0;
  return tokens.findIndex(({ kind, text }, at) => {
    if (at < from || kind !== 'sign') return false;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    return at >= from && depth === 0;
  });
}

function isComma({ kind, text }: Token): boolean {
  return kind === 'sign' && text === ',';
}

function isDot(token: Token | undefined): boolean {
  return token?.kind === 'sign' && token.text === '.';
}
