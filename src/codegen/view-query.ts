/**
 * What each column of a view is, read from the view's own deparsed text: SELECTs with WITH, subqueries, outer joins, groups
 * and unions. What is not understood is unknown, never a guess, and an unknown column can be NULL.
 *
 * From text rather than from the rewritten query tree (pg_rewrite.ev_action, whose Vars carry varnullingrels): that has
 * them only since PostgreSQL 16, so that the types of one schema would differ from server to server, and a stored Snapshot
 * would have nothing to read. Nor does it know more: which side of which join can be missing is written in the text.
 * test/codegen/views-property.test.ts holds what is claimed here against the rows of random views.
 */
import type { View } from '../catalog/type-source.ts';
import { enclosed, isWord, split, type Token, tokenize } from './expression.ts';
import { closing, type Derived, isQuery, type Queries, readFrom, readProofs, type Scope } from './view-from.ts';
import { type Lookup, nameOf, type Origin, readValue, UNKNOWN } from './view-values.ts';

/** By position in the view. */
export function viewOrigins({ definition, columns }: View): readonly Origin[] {
  const tokens = tokenize(definition.replace(/;\s*$/, ''));
  const query = tokens === null ? null : readQuery(tokens, new Map());
  return query?.length === columns.length
    ? columns.map(({ type }, at) => query[at]?.origin(NUMERIC.test(type)) ?? UNKNOWN)
    : columns.map(() => UNKNOWN);
}

/** Here `+` and its like never give NULL of two values; of paths, say, they can. */
const NUMERIC = /^(smallint|integer|bigint|numeric.*|real|double precision)$/;

/** Columns of a query in order; null when it cannot be read. */
function readQuery(tokens: readonly Token[], queries: Queries): Derived | null {
  if (isWord(tokens[0], 'WITH')) return readWith(tokens.slice(1), queries);
  const inner = enclosed(tokens, '(', ')');
  if (inner) return readQuery(inner, queries);
  const branches = split(tokens, (token) => SET.some((word) => isWord(token, word)));
  if (branches.length === 1) return readSelect(tokens, queries);
  const read = branches.map((branch) => readQuery(isWord(branch[0], 'ALL') ? branch.slice(1) : branch, queries));
  return read.every((one) => one !== null) ? united(read) : null;
}

const SET = ['UNION', 'INTERSECT', 'EXCEPT'];

/** Not NULL where no branch can be; names are the first one's. */
function united([first, ...others]: readonly Derived[]): Derived | null {
  if (first === undefined || others.some(({ length }) => length !== first.length)) return null;
  return first.map(({ name, origin }, at) => ({
    name,
    origin: (numeric) => ({
      kind: 'all',
      of: [origin(numeric), ...others.map((other) => other[at]?.origin(numeric) ?? UNKNOWN)],
    }),
  }));
}

/** `name [(columns)] AS [MATERIALIZED] (query), …`, and then the query that uses them. */
function readWith(tokens: readonly Token[], outer: Queries): Derived | null {
  const recursive = isWord(tokens[0], 'RECURSIVE');
  const queries = new Map(outer);
  let rest = recursive ? tokens.slice(1) : tokens;
  for (;;) {
    const as = rest.findIndex((token) => isWord(token, 'AS'));
    const from = rest.findIndex((token, at) => at > as && token.kind === 'sign' && token.text === '(');
    const until = from < 0 ? -1 : closing(rest, from);
    const name = nameOf(rest[0]);
    if (as < 0 || until < 0 || name === null) return null;
    // Within its own body a recursive name is rows that are not known yet.
    if (recursive) queries.delete(name);
    const columns = as === 1 ? null : enclosed(rest.slice(1, as), '(', ')');
    const body = readQuery(rest.slice(from + 1, until), queries);
    queries.set(name, as === 1 ? body : renamed(body, columns));
    const next = rest[until + 1];
    rest = rest.slice(until + 1);
    if (next?.kind === 'sign' && next.text === ',') rest = rest.slice(1);
    // SEARCH and CYCLE add columns.
    else return next !== undefined && isQuery(rest) ? readQuery(rest, queries) : null;
  }
}

function renamed(query: Derived | null, list: readonly Token[] | null): Derived | null {
  if (query === null || list === null) return null;
  const names = split(list, ({ text }) => text === ',').map(([name]) => nameOf(name));
  return names.length === query.length ? query.map(({ origin }, at) => ({ name: names[at] ?? null, origin })) : null;
}

const CLAUSES = ['FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'FOR'];

function readSelect(tokens: readonly Token[], queries: Queries): Derived | null {
  if (!isWord(tokens[0], 'SELECT')) return null;
  const clauses = clausesOf(withoutDistinct(tokens.slice(1)));
  if (clauses === null) return null;
  // Grouping sets make NULL of anything.
  if (clauses.get('GROUP')?.some((token) => SETS.some((word) => isWord(token, word)))) return null;
  const from = clauses.get('FROM');
  const scope = from
    ? readFrom(from, { queries, readQuery, renamed })
    : { relations: new Map(), proved: new Set<string>() };
  if (scope === null) return null;
  const where = clauses.get('WHERE') ?? [];
  const lookup = lookupIn({ ...scope, proved: new Set([...scope.proved, ...readProofs(where, scope.relations)]) });
  return split(clauses.get('SELECT') ?? [], ({ kind, text }) => kind === 'sign' && text === ',').map((item) => {
    const as = split(item, (token) => isWord(token, 'AS'));
    const value = as[0] ?? [];
    // Without AS an expression has no name that anybody could use, but for a column.
    const own = value.length === 1 || (value.length === 3 && value[1]?.text === '.') ? nameOf(value.at(-1)) : null;
    const name = as.length > 1 ? nameOf(as[1]?.[0]) : own;
    return { name, origin: (numeric) => readValue(value, lookup, numeric) };
  });
}

const SETS = ['ROLLUP', 'CUBE', 'SETS'];

function withoutDistinct(tokens: readonly Token[]): readonly Token[] {
  if (!isWord(tokens[0], 'DISTINCT')) return tokens;
  return isWord(tokens[1], 'ON') ? tokens.slice(closing(tokens, 2) + 1) : tokens.slice(1);
}

/** By the word that begins them; null when one word stands there twice. */
function clausesOf(tokens: readonly Token[]): ReadonlyMap<string, readonly Token[]> | null {
  const words = ['SELECT'];
  const parts = split(tokens, (token) => {
    const starts = CLAUSES.some((word) => isWord(token, word));
    if (starts) words.push(token.text);
    return starts;
  });
  return new Set(words).size < words.length ? null : new Map(parts.map((part, at) => [words[at] ?? '', part]));
}

/** A column without a relation's name is certain only where there is one relation. */
function lookupIn({ relations, proved }: Scope): Lookup {
  return (alias, column) => {
    const name = alias ?? (relations.size === 1 ? [...relations.keys()][0] : undefined);
    const relation = name === undefined ? undefined : relations.get(name);
    if (relation === undefined) return UNKNOWN;
    const of = relation(column);
    return proved.has(`${name}\0${column}`) ? { kind: 'proved', of } : of;
  };
}
