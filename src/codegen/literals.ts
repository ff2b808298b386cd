/**
 * Literals of a CHECK as the values the driver returns. Equality in SQL is not identity of strings: citext, char(n),
 * numeric and case-insensitive collations call different strings equal. Only classes of columns where equal means
 * identical are narrowed; one literal that cannot be read exactly, and the whole list narrows nothing.
 */
import type { Expr } from './expression.ts';
import type { Value, ValueClass } from './value-class.ts';

/** Casts of a column that keep every text as it is. "char" keeps its first byte, name 63: many texts become equal. */
export const TEXT_CASTS: ReadonlySet<string> = new Set(['text', 'character varying']);
/** Casts of a column that keep every integer as it is. */
export const NUMBER_CASTS: ReadonlySet<string> = new Set([
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'double precision',
]);
const INTEGER_CASTS: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint', 'numeric']);

/** Casts that may stand around a column of the class without changing which rows are equal. */
export function harmlessCasts(type: ValueClass): ReadonlySet<string> {
  switch (type.kind) {
    case 'text':
      return TEXT_CASTS;
    case 'padded':
      return new Set(['text', 'character varying', 'bpchar', 'character']);
    case 'enum':
      return new Set(['text', 'character varying', type.type]);
    case 'integer':
    case 'bigint':
      return INTEGER_CASTS;
    default:
      return new Set();
  }
}

export function uncast(expr: Expr, casts: ReadonlySet<string>): Expr {
  return expr.kind === 'cast' && casts.has(expr.type) ? uncast(expr.of, casts) : expr;
}

/** The column under harmless casts, or null. */
export function columnUnder(expr: Expr): string | null {
  if (expr.kind === 'column') return expr.name;
  return expr.kind === 'cast' ? columnUnder(expr.of) : null;
}

/** Items of `ARRAY[…]` or `'{…}'::type[]`, under casts of the whole; null when they cannot be told. */
export function elements(expr: Expr): readonly Expr[] | null {
  if (expr.kind === 'array') return expr.items;
  if (expr.kind !== 'cast' || !expr.type.endsWith('[]')) return null;
  const type = expr.type.slice(0, -2);
  const items = expr.of.kind === 'literal' ? arrayLiteral(expr.of.text) : elements(expr.of);
  return items?.map((of) => ({ kind: 'cast', of, type }) as const) ?? null;
}

/** One level of PostgreSQL's array text: `{a,"b c",NULL}`. */
function arrayLiteral(text: string): readonly Expr[] | null {
  if (!/^\{[\s\S]*\}$/.test(text)) return null;
  const body = text.slice(1, -1);
  if (body === '') return [];
  const items: Expr[] = [];
  const item = /(?:"((?:[^"\\]|\\[\s\S])*)"|([^",{}\\]+))(,|$)/gy;
  let end = 0;
  for (let match = item.exec(body); match !== null; match = item.exec(body)) {
    const [, quoted, bare = '', comma] = match;
    end = item.lastIndex;
    if (quoted === undefined && bare.toUpperCase() === 'NULL') items.push({ kind: 'null' });
    else items.push({ kind: 'literal', type: 'string', text: quoted?.replace(/\\([\s\S])/g, '$1') ?? bare });
    if (comma === '') return items;
  }
  return end === body.length ? items : null;
}

/**
 * The value as the driver returns it for a column of this class. `undefined`: this literal cannot be read exactly, or is
 * NULL (which every row satisfies). `null`: no row can be equal to it.
 */
export function exactValue(expr: Expr, type: ValueClass): Value | null | undefined {
  if (type.kind === 'boolean')
    return expr.kind === 'literal' && expr.type === 'boolean' ? expr.text === 'true' : undefined;
  if (type.kind === 'integer' || type.kind === 'bigint') return integerOf(expr, type.kind);
  const text = textOf(expr, type);
  if (text === undefined) return undefined;
  if (type.kind === 'text') return text;
  if (type.kind === 'enum') return type.labels.includes(text) ? text : null;
  if (type.kind !== 'padded') return undefined;
  const bare = text.replace(/ +$/, '');
  return [...bare].length > type.length ? null : bare + ' '.repeat(type.length - [...bare].length);
}

function textOf(expr: Expr, type: ValueClass): string | undefined {
  if (expr.kind === 'literal') return expr.type === 'string' ? expr.text : undefined;
  if (expr.kind !== 'cast') return undefined;
  const text = textOf(expr.of, type);
  // A bpchar constant loses its trailing spaces when it becomes text.
  if (expr.type === 'bpchar') return text?.replace(/ +$/, '');
  // Of a literal too, when the server has not yet cut it itself.
  const most = expr.type === '"char"' ? 1 : expr.type === 'name' ? 63 : 0;
  if (most > 0) return text !== undefined && Buffer.byteLength(text) <= most ? text : undefined;
  return TEXT_CASTS.has(expr.type) || (type.kind === 'enum' && expr.type === type.type) ? text : undefined;
}

function integerOf(expr: Expr, kind: 'integer' | 'bigint'): number | string | undefined {
  const bare = uncast(expr, INTEGER_CASTS);
  if (bare.kind !== 'literal' || !/^-?\d+$/.test(bare.text)) return undefined;
  const exact = BigInt(bare.text);
  return kind === 'bigint' ? String(exact) : Number(exact);
}

/** A number literal under casts, or null. */
export function numberOf(expr: Expr): number | null {
  const bare = uncast(expr, NUMBER_CASTS);
  if (bare.kind !== 'literal' || bare.type === 'boolean' || bare.text.trim() === '') return null;
  const value = Number(bare.text);
  return Number.isFinite(value) ? value : null;
}

/** More digits than a JavaScript number surely holds: the value of numberOf() may lie on the other side of the literal. */
export function isRounded(expr: Expr): boolean {
  const bare = uncast(expr, NUMBER_CASTS);
  return bare.kind === 'literal' && bare.text.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '').length > 15;
}
