/**
 * Where a value in a view's SELECT comes from, and whether it can be NULL, as far as its deparsed text tells for certain.
 * Names without a schema are pg_catalog's, because the text was made with an empty search_path: what they do is known.
 *
 * Left out on purpose, because they give NULL of values that are not: `lower(range)`, `path + path`, `to_char(infinity, …)`,
 * `extract(hour FROM infinity)`, `jsonb -> key`, `jsonb::integer` of PostgreSQL 18, array subscripts, casts and functions
 * made by users.
 */
import type { QName } from '../catalog/type-source.ts';
import { enclosed, isWord, split, type Token } from './expression.ts';

export type Origin =
  /** As its source says. */
  | { readonly kind: 'column'; readonly relation: QName; readonly column: string }
  /** Its source, or NULL where an outer join found no row. */
  | { readonly kind: 'outer'; readonly of: Origin }
  /** Its source, and a condition keeps NULL away. */
  | { readonly kind: 'proved'; readonly of: Origin }
  /** Never NULL. `builtin`: of a type of pg_catalog. */
  | { readonly kind: 'value'; readonly builtin: boolean }
  /** Not NULL when none of them is, or when one of them is not. */
  | { readonly kind: 'all' | 'any'; readonly of: readonly Origin[] }
  /** To a type of pg_catalog. */
  | { readonly kind: 'cast'; readonly of: Origin }
  | { readonly kind: 'unknown' };

/** `alias`: null where a column stands without. */
export type Lookup = (alias: string | null, column: string) => Origin;

export const UNKNOWN: Origin = { kind: 'unknown' };
const VALUE: Origin = { kind: 'value', builtin: true };

/** Strict, and never NULL of two values. */
export const COMPARISONS: ReadonlySet<string> = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '~',
  '~*',
  '!~',
  '!~*',
  '~~',
  '!~~',
  '~~*',
  '!~~*',
]);
const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);
/** The words may stand in front of FILTER and OVER, too. */
const NEVER_NULL = new Set([
  'count',
  'row_number',
  'rank',
  'dense_rank',
  'percent_rank',
  'cume_dist',
  'now',
  'clock_timestamp',
  'concat',
  'statement_timestamp',
  'transaction_timestamp',
  'gen_random_uuid',
  'json_build_object',
  'jsonb_build_object',
]);
/** Not NULL when their arguments are not. */
const TOTAL = new Set([
  'abs',
  'ceil',
  'ceiling',
  'floor',
  'round',
  'length',
  'char_length',
  'octet_length',
  'cardinality',
  'md5',
  'replace',
  'to_json',
  'to_jsonb',
]);
const CONSTANTS = [
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'CURRENT_USER',
  'SESSION_USER',
];

/** `numeric`: the value is a plain number, so that arithmetic is on numbers. */
export function readValue(tokens: readonly Token[], lookup: Lookup, numeric: boolean): Origin {
  const inner = enclosed(tokens, '(', ')');
  if (inner) return isWord(inner[0], 'SELECT') ? scalarQuery(inner) : readValue(inner, lookup, numeric);
  const each = (parts: readonly (readonly Token[])[], kind: 'all' | 'any' = 'all'): Origin => ({
    kind,
    of: parts.map((part) => readValue(part, lookup, numeric)),
  });
  for (const word of ['OR', 'AND']) {
    const parts = split(tokens, (token) => isWord(token, word));
    if (parts.length > 1) return each(parts);
  }
  if (isWord(tokens[0], 'NOT')) return readValue(tokens.slice(1), lookup, false);
  if (isTest(tokens)) return VALUE;
  const list = listed(tokens);
  if (list) return each(list);
  const operands = split(tokens, isOperator);
  if (operands.length > 1) return operatorsFit(tokens, operands, numeric) ? each(operands) : UNKNOWN;
  const zoned = split(tokens, (token) => isWord(token, 'AT'));
  const zone = zoned[1] ?? [];
  if (zoned.length === 2 && isWord(zone[0], 'TIME') && isWord(zone[1], 'ZONE'))
    return each([zoned[0] ?? [], zone.slice(2)]);
  const casts = split(tokens, isCast);
  if (casts.length > 1) return cast(tokens, casts, lookup);
  return called(tokens, each) ?? (tokens.length === 1 ? single(tokens[0], lookup) : named(tokens, lookup));
}

/** Items of `ANY (ARRAY[…])`, also under casts: one that is NULL makes a comparison NULL. */
function listed(tokens: readonly Token[]): readonly (readonly Token[])[] | null {
  const inner = enclosed(tokens.slice(1), '(', ')');
  if (inner === null || !(isWord(tokens[0], 'ANY') || isWord(tokens[0], 'ALL'))) return null;
  const [array = []] = split(inner, isCast);
  const bare = enclosed(array, '(', ')') ?? array;
  const items = isWord(bare[0], 'ARRAY') ? enclosed(bare.slice(1), '[', ']') : null;
  return items ? split(items, ({ kind, text }) => kind === 'sign' && text === ',') : null;
}

/** Of a single row: an aggregate of everything. */
function scalarQuery(tokens: readonly Token[]): Origin {
  const fewer = (token: Token): boolean => FEWER.some((word) => isWord(token, word));
  if (split(tokens, fewer).length > 1) return UNKNOWN;
  const [item = []] = split(tokens.slice(1), (token) => isWord(token, 'FROM'));
  const [value = []] = split(item, (token) => isWord(token, 'AS'));
  return isWord(value[0], 'count') && enclosed(value.slice(1), '(', ')') ? VALUE : UNKNOWN;
}

const FEWER = ['GROUP', 'HAVING', 'LIMIT', 'OFFSET', 'FETCH', 'UNION', 'INTERSECT', 'EXCEPT'];

/** `… IS NOT NULL` and its like. `IS JSON` and `IS NORMALIZED` are NULL of NULL. */
function isTest(tokens: readonly Token[]): boolean {
  const [, test, ...more] = split(tokens, (token) => isWord(token, 'IS'));
  const [first] = isWord(test?.[0], 'NOT') ? (test?.slice(1) ?? []) : (test ?? []);
  return more.length === 0 && ['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'DISTINCT'].some((word) => isWord(first, word));
}

export function isOperator({ kind, text }: Token): boolean {
  return kind === 'sign' && !'()[],.'.includes(text) && text !== '::';
}

function isCast({ kind, text }: Token): boolean {
  return kind === 'sign' && text === '::';
}

function operatorsFit(tokens: readonly Token[], operands: readonly (readonly Token[])[], numeric: boolean): boolean {
  let at = -1;
  return operands.slice(0, -1).every(({ length }) => {
    at += length + 1;
    const text = tokens[at]?.text ?? '';
    return COMPARISONS.has(text) || text === '||' || (numeric && ARITHMETIC.has(text));
  });
}

function cast(tokens: readonly Token[], casts: readonly (readonly Token[])[], lookup: Lookup): Origin {
  const type = casts.at(-1) ?? [];
  const builtin = !type.some(({ kind, text }) => kind === 'sign' && text === '.');
  const json = /^jsonb?$/.test(type[0]?.text ?? '');
  const before = tokens.slice(0, tokens.length - type.length - 1);
  const [first] = before;
  if (before.length === 1 && (first?.kind === 'string' || first?.kind === 'number'))
    return { kind: 'value', builtin: builtin && !json };
  return builtin ? { kind: 'cast', of: readValue(before, lookup, false) } : UNKNOWN;
}

type Each = (parts: readonly (readonly Token[])[], kind?: 'all' | 'any') => Origin;

/** CASE, ARRAY, EXISTS and functions; null for anything else. */
function called(tokens: readonly Token[], each: Each): Origin | null {
  const [first] = tokens;
  if (isWord(first, 'CASE') && isWord(tokens.at(-1), 'END')) return cases(tokens.slice(1, -1), each);
  if (isWord(first, 'ARRAY') && enclosed(tokens.slice(1), '[', ']')) return VALUE;
  const end = tokens.findIndex(
    ({ kind }, at) => at > 1 && kind === 'word' && ['FILTER', 'OVER'].includes(tokens[at]?.text ?? ''),
  );
  const args = first?.kind === 'word' ? enclosed(tokens.slice(1, end < 0 ? undefined : end), '(', ')') : null;
  if (args === null || first === undefined) return null;
  // Of VARIADIC NULL these are NULL.
  if (args.some((token) => isWord(token, 'VARIADIC'))) return UNKNOWN;
  if (['EXISTS', 'ARRAY'].includes(first.text) || NEVER_NULL.has(first.text)) return VALUE;
  const parts = split(args, ({ kind, text }) => kind === 'sign' && text === ',');
  if (['COALESCE', 'GREATEST', 'LEAST'].includes(first.text)) return each(parts, 'any');
  return TOTAL.has(first.text) && end < 0 ? each(parts) : UNKNOWN;
}

/** What stands behind each THEN and behind ELSE; without ELSE it is NULL. */
function cases(tokens: readonly Token[], each: Each): Origin {
  const [, ...branches] = split(tokens, (token) => isWord(token, 'WHEN'));
  const values = branches.map((branch) => split(branch, (token) => isWord(token, 'THEN'))[1] ?? []);
  const [last = [], otherwise] = split(values.at(-1) ?? [], (token) => isWord(token, 'ELSE'));
  return otherwise === undefined ? UNKNOWN : each([...values.slice(0, -1), last, otherwise]);
}

function single(token: Token | undefined, lookup: Lookup): Origin {
  if (token === undefined) return UNKNOWN;
  if (token.kind === 'string' || token.kind === 'number') return VALUE;
  if (CONSTANTS.includes(token.text) && token.kind === 'word') return VALUE;
  if (token.kind === 'word' && (token.text === 'true' || token.text === 'false')) return VALUE;
  const name = nameOf(token);
  return name === null ? UNKNOWN : lookup(null, name);
}

/** `alias.column`. */
function named(tokens: readonly Token[], lookup: Lookup): Origin {
  const [alias, column] = [nameOf(tokens[0]), nameOf(tokens[2])];
  const dotted = tokens.length === 3 && tokens[1]?.kind === 'sign' && tokens[1].text === '.';
  return dotted && alias !== null && column !== null ? lookup(alias, column) : UNKNOWN;
}

/** Deparsed keywords are upper case, bare names lower. */
export function nameOf(token: Token | undefined): string | null {
  if (token?.kind === 'quoted') return token.text;
  if (token?.kind !== 'word' || token.text === 'true' || token.text === 'false') return null;
  return token.text === token.text.toLowerCase() ? token.text : null;
}
