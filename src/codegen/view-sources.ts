/**
 * Which column of which relation a column of a view is, read from the view's own deparsed text. Only what is certain:
 * plain columns of one SELECT over relations that are joined with inner joins; there a column can be NULL only where its
 * source can. Everything else (expressions, outer joins, grouping, unions, WITH) has no source, and is nullable.
 *
 * From text rather than from the rewritten query tree, which says more (varnullingrels) but only since PostgreSQL 16: the
 * types of one schema would then differ from server to server, and a stored Snapshot would have nothing to read.
 */
import type { QName, View } from '../catalog/type-source.ts';

export interface Source {
  readonly relation: QName;
  readonly column: string;
}

interface Token {
  readonly kind: 'name' | 'word' | 'other' | 'open' | 'close' | 'comma' | 'dot';
  readonly text: string;
}

type Relations = ReadonlyMap<string, QName>;

/** By position in the view; null where there is no certain source. */
export function viewSources({ definition, columns }: View): readonly (Source | null)[] {
  const none = columns.map(() => null);
  const tokens = tokenize(definition);
  const parts = tokens === null ? null : clauses(tokens);
  const relations = parts === null ? null : relationsOf(parts.from);
  if (parts === null || relations === null) return none;
  const items = splitAt(parts.items, ({ kind }) => kind === 'comma');
  if (items.length !== columns.length) return none;
  return items.map((item) => sourceOf(item, relations));
}

const TOKEN =
  /\s+|"((?:[^"]|"")*)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(E?'(?:[^']|'')*'|\d[\w.]*|::|[^\s\w"'().,;]+)|([().,;])/gy;

/** Deparsed keywords are upper case, bare names lower case. */
function tokenize(text: string): readonly Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return null;
    const [, quoted, word, other, sign] = match;
    if (quoted !== undefined) tokens.push({ kind: 'name', text: quoted.replaceAll('""', '"') });
    else if (word === 'true' || word === 'false') tokens.push({ kind: 'other', text: word });
    else if (word !== undefined) tokens.push({ kind: word === word.toLowerCase() ? 'name' : 'word', text: word });
    else if (other !== undefined) tokens.push({ kind: 'other', text: other });
    else if (sign !== undefined && sign !== ';') tokens.push({ kind: SIGNS[sign] ?? 'other', text: sign });
  }
  return tokens;
}

const SIGNS: Readonly<Record<string, Token['kind']>> = { '(': 'open', ')': 'close', ',': 'comma', '.': 'dot' };
/** What makes rows that are none of the relations' own. */
const UNCERTAIN = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'GROUP', 'HAVING', 'WITH']);
const AFTER_FROM = new Set(['WHERE', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'FOR', 'WINDOW']);

function clauses(tokens: readonly Token[]): { items: readonly Token[]; from: readonly Token[] } | null {
  const outer = outermost(tokens);
  if (tokens[0]?.text !== 'SELECT' || outer.some(({ token }) => isWord(token, UNCERTAIN))) return null;
  const from = outer.find(({ token }) => token.kind === 'word' && token.text === 'FROM')?.at;
  if (from === undefined) return null;
  const end = outer.find(({ token, at }) => at > from && isWord(token, AFTER_FROM))?.at;
  const first = tokens[1]?.text === 'DISTINCT' && tokens[1].kind === 'word' ? 2 : 1;
  return { items: tokens.slice(first, from), from: tokens.slice(from + 1, end) };
}

function isWord({ kind, text }: Token, words: ReadonlySet<string>): boolean {
  return kind === 'word' && words.has(text);
}

function outermost(tokens: readonly Token[]): readonly { readonly token: Token; readonly at: number }[] {
  let depth = 0;
  return tokens.flatMap((token, at) => {
    if (token.kind === 'close') depth -= 1;
    const found = depth === 0 ? [{ token, at }] : [];
    if (token.kind === 'open') depth += 1;
    return found;
  });
}

function splitAt(tokens: readonly Token[], separates: (token: Token) => boolean): readonly (readonly Token[])[] {
  const cuts = outermost(tokens).flatMap(({ token, at }) => (separates(token) ? [at] : []));
  return [...cuts, tokens.length].map((cut, nth) => tokens.slice(nth === 0 ? 0 : (cuts[nth - 1] ?? 0) + 1, cut));
}

/** Relations by the name that columns refer to them with; null when anything but inner joins of relations is there. */
function relationsOf(from: readonly Token[]): Relations | null {
  const found = new Map<string, QName>();
  const parts = splitAt(from, ({ kind }) => kind === 'comma');
  return parts.every((part) => readJoin(part, found)) ? found : null;
}

/** `a JOIN b ON (…)`, nested in brackets on its left as the deparser writes it. */
function readJoin(tokens: readonly Token[], found: Map<string, QName>): boolean {
  const joins = outermost(tokens).flatMap(({ token, at }) =>
    token.kind === 'word' && token.text === 'JOIN' ? [at] : [],
  );
  const [join] = joins.slice(-1);
  if (join === undefined) return readRelation(tokens, found);
  const cross = tokens[join - 1]?.kind === 'word' && tokens[join - 1]?.text === 'CROSS';
  const right = tokens.slice(join + 1);
  const on = outermost(right).find(({ token }) => token.kind === 'word' && token.text === 'ON')?.at;
  if (on === undefined && !cross) return false;
  return readJoin(tokens.slice(0, cross ? join - 1 : join), found) && readRelation(right.slice(0, on), found);
}

function readRelation(tokens: readonly Token[], found: Map<string, QName>): boolean {
  const [first, dot, second, alias, more] = tokens;
  if (first?.kind === 'open' && outermost(tokens).length === 2) return readJoin(tokens.slice(1, -1), found);
  if (first?.kind !== 'name' || dot?.kind !== 'dot' || second?.kind !== 'name' || more !== undefined) return false;
  if (alias !== undefined && alias.kind !== 'name') return false;
  found.set((alias ?? second).text, { schema: first.text, name: second.text });
  return true;
}

/** `b.id`, or `id` where there is one relation only, with or without AS. */
function sourceOf(item: readonly Token[], relations: Relations): Source | null {
  const as = item.findIndex(({ kind, text }) => kind === 'word' && text === 'AS');
  const [first, dot, second, ...rest] = as < 0 ? item : item.slice(0, as);
  if (first?.kind !== 'name' || rest.length > 0) return null;
  if (dot === undefined) {
    const [only] = relations.values();
    return relations.size === 1 && only !== undefined ? { relation: only, column: first.text } : null;
  }
  const relation = relations.get(first.text);
  if (dot.kind !== 'dot' || second?.kind !== 'name' || relation === undefined) return null;
  return { relation, column: second.text };
}
