/**
 * What a constraint that holds says about a column. A CHECK passes when its expression is true **or NULL**, so each fact
 * reads: the column is NULL, or … . From this follow the traps: `NULL` in a list restricts nothing; `AND` intersects;
 * `OR` unites what every branch says; `col IS NULL` says "in the empty set" and so disappears in an OR.
 */
import { type Expr, parseExpression } from './expression.ts';
import {
  columnUnder,
  elements,
  exactValue,
  harmlessCasts,
  isRounded,
  NUMBER_CASTS,
  numberOf,
  TEXT_CASTS,
  uncast,
} from './literals.ts';
import type { Value, ValueClass } from './value-class.ts';

export interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

export interface Facts {
  /** The only values besides NULL, in the order of the constraint. */
  readonly values?: readonly Value[];
  readonly notNull?: boolean;
  readonly min?: Bound;
  readonly max?: Bound;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** POSIX regular expressions (`~`) that the text matches. */
  readonly patterns?: readonly string[];
  /** Dates and times: never infinity. */
  readonly finite?: boolean;
  /** Arrays: no NULL among the elements. */
  readonly fullElements?: boolean;
  /** Arrays: dimensions of those that are not empty. */
  readonly depth?: number;
}

export type FactsByColumn = ReadonlyMap<string, Facts>;
export type ClassOf = (column: string) => ValueClass;

const NOTHING: FactsByColumn = new Map();

/** Facts of one CHECK expression, by column name (`VALUE` for a domain's). `parse`: one that remembers what it has read. */
export function factsOf(expression: string, classOf: ClassOf, parse = parseExpression): FactsByColumn {
  return read(parse(expression), classOf);
}

/** Both hold. */
export function both(a: FactsByColumn, b: FactsByColumn): FactsByColumn {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const out = new Map(a);
  for (const [column, facts] of b) out.set(column, bothFacts(out.get(column) ?? {}, facts));
  return out;
}

export function bothFacts(a: Facts, b: Facts): Facts {
  const values = a.values && b.values ? a.values.filter((v) => b.values?.includes(v)) : (a.values ?? b.values);
  const out: { -readonly [K in keyof Facts]: Facts[K] } = { ...a, ...b };
  if (values) out.values = values;
  if (a.min && b.min) out.min = tighter(a.min, b.min, 1);
  if (a.max && b.max) out.max = tighter(a.max, b.max, -1);
  if (a.minLength !== undefined && b.minLength !== undefined) out.minLength = Math.max(a.minLength, b.minLength);
  if (a.maxLength !== undefined && b.maxLength !== undefined) out.maxLength = Math.min(a.maxLength, b.maxLength);
  if (a.patterns && b.patterns) out.patterns = [...a.patterns, ...b.patterns];
  return out;
}

function tighter(a: Bound, b: Bound, direction: 1 | -1): Bound {
  if (a.value === b.value) return a.exclusive ? a : b;
  return a.value * direction > b.value * direction ? a : b;
}

function read(expr: Expr, classOf: ClassOf): FactsByColumn {
  switch (expr.kind) {
    case 'and':
      return expr.parts.map((part) => read(part, classOf)).reduce(both, NOTHING);
    case 'or':
      return expr.parts.map((part) => read(part, classOf)).reduce(either);
    case 'is null':
      return nullTest(expr.of);
    case 'is not null':
      return expr.of.kind === 'column' ? new Map([[expr.of.name, { notNull: true }]]) : NOTHING;
    case 'not':
    case 'column':
      return flag(expr, classOf);
    case 'call':
      return call(expr);
    case 'operator':
      return operator(expr.op, expr.left, expr.right, classOf);
    case 'any':
      return expr.op === '=' ? member(expr.left, elements(expr.array), classOf) : NOTHING;
    default:
      return NOTHING;
  }
}

/**
 * One of the two holds. A branch that only NULL keeps leaves what the other one says of values besides NULL. Else only value
 * sets and NOT NULL survive: ranges of different branches say nothing together.
 */
function either(a: FactsByColumn, b: FactsByColumn): FactsByColumn {
  const out = new Map<string, Facts>();
  for (const [column, left] of a) {
    const right = b.get(column);
    if (right === undefined) continue;
    const [rest] = isNullOnly(left) ? [right] : isNullOnly(right) ? [left] : [];
    if (rest !== undefined) {
      const { notNull: _, ...facts } = rest;
      out.set(column, facts);
      continue;
    }
    const values = left.values && right.values ? [...new Set([...left.values, ...right.values])] : undefined;
    const notNull = left.notNull && right.notNull;
    if (values || notNull) out.set(column, { ...(values ? { values } : {}), ...(notNull ? { notNull } : {}) });
  }
  return out;
}

function isNullOnly({ values }: Facts): boolean {
  return values?.length === 0;
}

function nullTest(of: Expr): FactsByColumn {
  if (of.kind === 'column') return new Map([[of.name, { values: [] }]]);
  const [array, item] = of.kind === 'call' && of.name === 'array_position' ? of.args : [];
  const nullItem = item?.kind === 'null' || (item?.kind === 'cast' && item.of.kind === 'null');
  return array?.kind === 'column' && nullItem ? new Map([[array.name, { fullElements: true }]]) : NOTHING;
}

/** A boolean column by itself, or NOT of it. */
function flag(expr: Expr, classOf: ClassOf): FactsByColumn {
  const negated = expr.kind === 'not';
  const column = negated ? expr.of : expr;
  if (column.kind !== 'column' || classOf(column.name).kind !== 'boolean') return NOTHING;
  return new Map([[column.name, { values: [!negated] }]]);
}

function call(expr: Expr & { kind: 'call' }): FactsByColumn {
  const [only] = expr.args;
  return expr.name === 'isfinite' && only?.kind === 'column' ? new Map([[only.name, { finite: true }]]) : NOTHING;
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

function operator(op: string, left: Expr, right: Expr, classOf: ClassOf): FactsByColumn {
  const constant = (e: Expr): boolean => e.kind === 'literal' || (e.kind === 'cast' && constant(e.of));
  if (constant(left) && !constant(right)) {
    const mirrored = MIRRORED[op];
    return mirrored === undefined ? NOTHING : operator(mirrored, right, left, classOf);
  }
  if (op === '=') {
    return [bounded(op, left, right, classOf), dimensions(left, right)].reduce(both, member(left, [right], classOf));
  }
  if (op === '~') return pattern(left, right, classOf);
  return bounded(op, left, right, classOf);
}

function pattern(left: Expr, right: Expr, classOf: ClassOf): FactsByColumn {
  const column = uncast(left, TEXT_CASTS);
  const text = uncast(right, TEXT_CASTS);
  if (column.kind !== 'column' || text.kind !== 'literal' || classOf(column.name).kind !== 'text') return NOTHING;
  return new Map([[column.name, { patterns: [text.text] }]]);
}

const LENGTHS = new Set(['char_length', 'character_length', 'length']);

function bounded(op: string, left: Expr, right: Expr, classOf: ClassOf): FactsByColumn {
  const limit = numberOf(right);
  if (limit === null) return NOTHING;
  const measured = left.kind === 'call' && LENGTHS.has(left.name) ? left.args[0] : undefined;
  const column = uncast(measured ?? left, measured ? TEXT_CASTS : NUMBER_CASTS);
  if (column.kind !== 'column') return NOTHING;
  const { kind } = classOf(column.name);
  const exact = !isRounded(right);
  if (measured) return kind === 'text' && exact ? new Map([[column.name, lengthFacts(op, limit)]]) : NOTHING;
  const casts = NUMERIC_CASTS[kind];
  const isRange = casts !== undefined && uncast(left, casts).kind === 'column';
  return isRange ? new Map([[column.name, rangeFacts(op, limit, exact)]]) : NOTHING;
}

/** Casts of a column that do not move a number across a bound: an integer rounds, a numeric keeps 15 digits of a float. */
const NUMERIC_CASTS: Readonly<Partial<Record<ValueClass['kind'], ReadonlySet<string>>>> = {
  integer: NUMBER_CASTS,
  bigint: new Set(['smallint', 'integer', 'bigint', 'numeric']),
  numeric: new Set(['numeric']),
  number: new Set(['double precision']),
};

/** `array_ndims(column) = 2`, which is NULL for an empty array. */
function dimensions(left: Expr, right: Expr): FactsByColumn {
  const [array] = left.kind === 'call' && left.name === 'array_ndims' ? left.args : [];
  const depth = numberOf(right);
  const isDepth = array?.kind === 'column' && depth !== null && Number.isInteger(depth) && depth > 0;
  return isDepth ? new Map([[array.name, { depth }]]) : NOTHING;
}

/** Of a value that is not the literal's own, itself may be on the right side. */
function rangeFacts(op: string, value: number, exact: boolean): Facts {
  if (op === '>' || op === '>=') return { min: { value, exclusive: op === '>' && exact } };
  if (op === '<' || op === '<=') return { max: { value, exclusive: op === '<' && exact } };
  return {};
}

function lengthFacts(op: string, limit: number): Facts {
  if (!Number.isInteger(limit)) return {};
  if (op === '=') return { minLength: limit, maxLength: limit };
  if (op === '>' || op === '>=') return { minLength: Math.max(0, op === '>' ? limit + 1 : limit) };
  if (op === '<' || op === '<=') return { maxLength: Math.max(0, op === '<' ? limit - 1 : limit) };
  return {};
}

/** `column = ANY (items)`. */
function member(left: Expr, items: readonly Expr[] | null, classOf: ClassOf): FactsByColumn {
  const name = columnUnder(left);
  if (name === null || items === null) return NOTHING;
  const type = classOf(name);
  if (uncast(left, harmlessCasts(type)).kind !== 'column') return NOTHING;
  const values = new Set<Value>();
  for (const item of items) {
    const value = exactValue(item, type);
    if (value === undefined) return NOTHING;
    if (value !== null) values.add(value);
  }
  return new Map([[name, { values: [...values] }]]);
}
