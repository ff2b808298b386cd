/**
 * One value as JSON Schema. `read`: what JSON.stringify makes of what the driver returns (a Date is its ISO text, NaN and
 * infinity are null, a Buffer is an object). `write`: what an application or a seed file may send as JSON.
 */
import { key, type ResolvedType } from './columns.ts';
import type { JsonSchema } from './documents.ts';
import type { Facts } from './facts.ts';
import { foreignBase } from './foreign-types.ts';
import { FLOAT, floatWritten, integerSchema, wide } from './json-numbers.ts';
import { portablePattern } from './patterns.ts';
import type { TypedComposite } from './type-model.ts';
import { isRawArray, type Parsing } from './typemap.ts';

export interface ValueOptions {
  readonly direction: 'read' | 'write';
  readonly parse: Parsing;
  /** Dates may be ±infinity. */
  readonly infinity: boolean;
  /** By `key()`. */
  readonly composites: ReadonlyMap<string, TypedComposite>;
}

/** Schema of a value that is not NULL. */
export function valueSchema(type: ResolvedType, facts: Facts, options: ValueOptions): JsonSchema {
  if (type.dimensions === 1) return arraySchema(type, facts, options);
  if (type.unread) return {};
  const composite = parsedComposite(type, options);
  if (composite) return compositeSchema(composite, options);
  const { valueClass } = type;
  const parsed = valueClass.kind === 'bigint' && options.parse.int8 !== 'string';
  if (facts.values && !parsed) return listSchema(facts.values, type, options);
  if (valueClass.kind === 'enum') return labelSchema(valueClass.labels);
  return scalarSchema(type, facts, options);
}

export function orNull(schema: JsonSchema): JsonSchema {
  const keys = Object.keys(schema);
  if (keys.length === 0) return schema;
  const [only] = keys;
  const cases = only === 'anyOf' && keys.length === 1 ? (schema.anyOf as readonly JsonSchema[]) : [schema];
  return { anyOf: [...cases.filter(({ type }) => type !== 'null'), { type: 'null' }] };
}

function labelSchema(labels: readonly string[]): JsonSchema {
  return labels.length === 0 ? { not: {} } : { type: 'string', enum: labels };
}

function listSchema(values: readonly unknown[], type: ResolvedType, { direction }: ValueOptions): JsonSchema {
  if (values.length === 0) return { not: {} };
  const [first] = values;
  if (typeof first === 'string' && type.valueClass.kind === 'bigint' && direction === 'write') {
    return {
      anyOf: [
        { type: 'string', enum: values },
        { type: 'integer', enum: values.map(Number).filter(Number.isSafeInteger) },
      ],
    };
  }
  return { type: typeof first === 'number' ? 'integer' : typeof first, enum: values };
}

function arraySchema(type: ResolvedType, facts: Facts, options: ValueOptions): JsonSchema {
  const { parse, direction } = options;
  const isBox = type.name.schema === 'pg_catalog' && type.name.name === 'box';
  const isRaw = isRawArray(type.name);
  if (isBox || (direction === 'read' && isRaw && !parse.arrays)) return { type: 'string' };
  const item = itemSchema(type, options);
  const array = nested(facts.fullElements ? item : orNull(item), facts);
  return isRaw && direction === 'write' ? { anyOf: [{ type: 'string' }, array] } : array;
}

/** The server does not hold a column to the dimensions of its declaration: elements may be arrays unless a CHECK says no. */
function nested(item: JsonSchema, { depth, fullElements }: Facts): JsonSchema {
  // array_position() refuses what has more than one dimension.
  if (fullElements) return { type: 'array', items: item };
  if (depth !== undefined)
    return depth > 1 ? { type: 'array', items: nested(item, { depth: depth - 1 }) } : { type: 'array', items: item };
  if (Object.keys(item).length === 0) return { type: 'array', items: item };
  const cases = Object.keys(item).join() === 'anyOf' ? (item.anyOf as readonly JsonSchema[]) : [item];
  return { type: 'array', items: { anyOf: [...cases, { type: 'array' }] } };
}

function itemSchema(type: ResolvedType, options: ValueOptions): JsonSchema {
  const composite = parsedComposite(type, options);
  if (composite) return compositeSchema(composite, options);
  if (type.userType?.kind === 'enum') return labelSchema(type.userType.labels);
  // A domain's arrays arrive as those of its base, of which nothing but the text is known here.
  if (type.userType?.kind === 'domain' || foreignBase(type.name) !== undefined) return {};
  if (isRawArray(type.name)) return { type: 'string' };
  const element: ResolvedType = { ...type, dimensions: 0, domains: [], facts: {}, valueClass: { kind: 'other' } };
  const numbers = type.name.name === 'numeric' && options.direction === 'read' && !options.parse.arrays;
  return numbers ? FLOAT : scalarSchema(element, {}, options);
}

function parsedComposite(
  type: ResolvedType,
  { direction, parse, composites }: ValueOptions,
): TypedComposite | undefined {
  return direction === 'read' && parse.composites ? composites.get(key(type.name)) : undefined;
}

function compositeSchema({ columns }: TypedComposite, options: ValueOptions): JsonSchema {
  const properties = columns.map(({ name, type }) => [name, orNull(valueSchema(type, type.facts, options))]);
  const required = columns.map(({ name }) => name);
  return { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false };
}

/** Date.prototype.toJSON(), years outside 0 to 9999 included. */
const ISO = '^(\\d{4}|[+-]\\d{6})-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$';
/** A timestamp without time zone; a zone may be given, and is ignored by the server. */
const LOCAL = '^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d(:?\\d\\d)?)?$';
const INTERVAL = ['years', 'months', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'] as const;

function scalarSchema(type: ResolvedType, facts: Facts, options: ValueOptions): JsonSchema {
  const { name, schema } = type.name;
  if (schema !== 'pg_catalog') return { type: 'string' };
  const { direction, parse } = options;
  switch (name) {
    case 'bool':
      return { type: 'boolean' };
    case 'int2':
    case 'int4':
      return integerSchema(name, facts);
    case 'oid':
      return { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 };
    case 'float4':
    case 'float8':
      return direction === 'read' ? FLOAT : floatWritten(type, facts);
    case 'int8':
      return wide(type, facts, parse.int8, direction);
    case 'numeric':
      return wide(type, facts, parse.numeric, direction);
    case 'json':
    case 'jsonb':
      return {};
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return direction === 'read' ? momentRead(name, facts, options) : momentWritten(name, facts, options);
    default:
      return direction === 'read' ? (objectSchema(name) ?? text(type, facts)) : text(type, facts);
  }
}

function momentRead(name: string, facts: Facts, { parse, infinity }: ValueOptions): JsonSchema {
  if (name === 'date' && parse.date === 'string') return { type: 'string' };
  const moment = { type: 'string', pattern: ISO };
  return facts.finite || !infinity ? moment : orNull(moment);
}

function momentWritten(name: string, facts: Facts, { infinity }: ValueOptions): JsonSchema {
  const dateTime = { type: 'string', format: 'date-time' };
  const local = { type: 'string', pattern: LOCAL };
  const moments =
    name === 'date' ? [{ type: 'string', format: 'date' }, dateTime] : [name === 'timestamp' ? local : dateTime];
  if (facts.finite || !infinity) return moments.length === 1 ? (moments[0] ?? {}) : { anyOf: moments };
  return { anyOf: [...moments, { type: 'string', enum: ['infinity', '-infinity'] }] };
}

function objectSchema(name: string): JsonSchema | null {
  if (name === 'point') return object(['x', 'y'], FLOAT);
  if (name === 'circle') return object(['x', 'y', 'radius'], FLOAT);
  if (name === 'interval') return { ...object(INTERVAL, { type: 'number' }), required: [] };
  if (name !== 'bytea') return null;
  const data = { type: 'array', items: { type: 'integer', minimum: 0, maximum: 255 } };
  const properties = { type: { type: 'string', const: 'Buffer' }, data };
  return { type: 'object', properties, required: ['type', 'data'], additionalProperties: false };
}

function object(names: readonly string[], value: JsonSchema): JsonSchema {
  const properties = Object.fromEntries(names.map((name) => [name, value]));
  return { type: 'object', properties, required: names, additionalProperties: false };
}

/** Lengths count code points on both sides. */
function text({ text: declared, name, valueClass }: ResolvedType, facts: Facts): JsonSchema {
  const limit = /\((\d+)\)$/.exec(declared)?.[1];
  const most = name.name === 'varchar' && limit !== undefined ? Number(limit) : undefined;
  const maxLength = least(most, facts.maxLength, valueClass.kind === 'padded' ? valueClass.length : undefined);
  const patterns = (facts.patterns ?? []).map(portablePattern).filter((pattern) => pattern !== null);
  const [pattern, ...more] = patterns;
  return {
    type: 'string',
    ...(facts.minLength ? { minLength: facts.minLength } : {}),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(more.length > 0 ? { allOf: more.map((one) => ({ type: 'string', pattern: one })) } : {}),
  };
}

function least(...limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
