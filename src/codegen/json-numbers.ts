/**
 * Numbers as JSON Schema, with the bounds that CHECKs give. What is written is checked by the server after it has become a
 * value of the column: a bound is as much wider as the type may still move a number across it.
 */
import type { ResolvedType } from './columns.ts';
import type { JsonSchema } from './documents.ts';
import type { Bound, Facts } from './facts.ts';

/** JSON has no NaN and no infinity: JSON.stringify writes null. */
export const FLOAT: JsonSchema = { anyOf: [{ type: 'number' }, { type: 'null' }] };

const INTEGER = '^-?[0-9]+$';
const NUMERIC = '^(-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?|NaN|-?Infinity)$';
const WIDTH = { int2: 2 ** 15, int4: 2 ** 31 } as const;

export function integerSchema(name: 'int2' | 'int4', { min, max }: Facts): JsonSchema {
  const width = WIDTH[name];
  const low = min ? (min.exclusive ? Math.floor(min.value) + 1 : Math.ceil(min.value)) : -width;
  const high = max ? (max.exclusive ? Math.ceil(max.value) - 1 : Math.floor(max.value)) : width - 1;
  return { type: 'integer', minimum: Math.max(low, -width), maximum: Math.min(high, width - 1) };
}

/** NaN is greater than every number: a minimum lets it pass, so its text is allowed unless a maximum keeps it out. */
export function floatWritten({ name }: ResolvedType, facts: Facts): JsonSchema {
  return {
    anyOf: [
      { type: 'number', ...bounds(facts, name.name === 'float4' ? realBound : (bound) => bound) },
      { type: 'string', enum: ['NaN', 'Infinity', '-Infinity'] },
    ],
  };
}

/** Types of which a JavaScript number holds only a part: digits are always right, and not held against the bounds. */
export function wide(type: ResolvedType, facts: Facts, parsed: string, direction: 'read' | 'write'): JsonSchema {
  const isInteger = type.name.name === 'int8';
  const written = { type: 'string', pattern: isInteger ? INTEGER : NUMERIC };
  const exact = isInteger ? 'integer' : 'number';
  if (direction === 'write') return { anyOf: [{ type: exact, ...bounds(facts, wideBound(type)) }, written] };
  if (parsed === 'number') return isInteger ? { type: exact } : FLOAT;
  return written;
}

type Side = 1 | -1;

function bounds({ min, max }: Facts, widened: (bound: Bound, side: Side) => Bound): JsonSchema {
  const [low, high] = [min && widened(min, -1), max && widened(max, 1)];
  return {
    ...(low ? { [low.exclusive ? 'exclusiveMinimum' : 'minimum']: low.value } : {}),
    ...(high ? { [high.exclusive ? 'exclusiveMaximum' : 'maximum']: high.value } : {}),
  };
}

/** 0.1 becomes the real 0.100000001490116, which is more than 0.1. What a real can be exactly excludes itself. */
function realBound({ value, exclusive }: Bound, side: Side): Bound {
  if (value === 0 || (exclusive && Math.fround(value) === value)) return { value, exclusive };
  return { value: value + side * Math.abs(value) * 2 ** -23, exclusive: false };
}

/** numeric(10,2) rounds before it is checked. */
function wideBound({ text }: ResolvedType): (bound: Bound, side: Side) => Bound {
  const [, scale] = /^numeric\(\d+,(-?\d+)\)$/.exec(text) ?? [];
  return ({ value, exclusive }, side) => {
    if (scale === undefined) return { value, exclusive };
    const step = 10 ** -Number(scale);
    const onGrid = Number((Math.round(value / step) * step).toPrecision(15)) === value;
    if (exclusive && onGrid) return { value, exclusive };
    return { value: Number((value + (side * step) / 2).toPrecision(15)), exclusive: false };
  };
}
