/**
 * What `pg` really returns and takes, by type. Measured with pg 8 and pg-types 2, not wished: int8 and numeric are
 * strings, numeric[] is number[], an array of enums, domains or composites is its raw text because types made by users
 * have no parser, dates may be the numbers ±Infinity. The whole table is proved by round trips in test/codegen.
 */
import type { QName } from '../catalog/type-source.ts';

/** Which parsers the driver is given, `types.parse` of the configuration. What differs from DRIVER needs registerTypes(). */
export interface Parsing {
  /** Arrays of enums, domains and other types without a parser as JavaScript arrays, numeric[] as exact as numeric. */
  readonly arrays: boolean;
  /** Composites as objects, and with `arrays` their arrays. */
  readonly composites: boolean;
  readonly int8: 'string' | 'bigint' | 'number';
  readonly numeric: 'string' | 'number';
  readonly date: 'Date' | 'string';
}

/** What `pg` does by itself. */
export const DRIVER: Parsing = { arrays: false, composites: false, int8: 'string', numeric: 'string', date: 'Date' };

/** TypeScript text of both directions, without NULL. */
export interface Mapped {
  readonly read: string;
  readonly write: string;
}

/** Declarations that generated text uses when it needs them. */
export const HELPERS: Readonly<Record<string, string>> = {
  JsonValue: `/** A parsed JSON document. Note that SQL's NULL and JSON's null both arrive as null. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
`,
  JsonInput: `/**
 * What the driver sends as JSON: objects are serialised, strings are taken for JSON text. An array would be sent as a
 * PostgreSQL array and null as NULL: give \`JSON.stringify(value)\` for those.
 */
export type JsonInput = { readonly [key: string]: JsonValue | undefined } | string | number | boolean;
`,
  PgDate: `/** A Date, or the number Infinity or -Infinity for PostgreSQL's special values. */
export type PgDate = Date | number;
`,
  PgInterval: `/** An interval as the driver returns it; parts that are zero are left out. */
export interface PgInterval {
  readonly years?: number;
  readonly months?: number;
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
  toPostgres(): string;
  toISO(): string;
  toISOString(): string;
}
`,
  PgPoint: `export interface PgPoint {
  readonly x: number;
  readonly y: number;
}
`,
  PgCircle: `export interface PgCircle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}
`,
};

const STRING: Mapped = { read: 'string', write: 'string' };
const NUMBER: Mapped = { read: 'number', write: 'number' };
const DATE: Mapped = { read: 'PgDate', write: 'PgDate | string' };
const JSON_TYPE: Mapped = { read: 'JsonValue', write: 'JsonInput' };

/** Scalars of pg_catalog that are not plain strings both ways. */
const SCALARS: Readonly<Record<string, Mapped>> = {
  bool: { read: 'boolean', write: 'boolean' },
  bytea: { read: 'Buffer', write: 'Uint8Array' },
  circle: { read: 'PgCircle', write: 'string' },
  date: DATE,
  float4: NUMBER,
  float8: NUMBER,
  int2: NUMBER,
  int4: NUMBER,
  int8: { read: 'string', write: 'string | number | bigint' },
  interval: { read: 'PgInterval', write: 'PgInterval | string' },
  json: JSON_TYPE,
  jsonb: JSON_TYPE,
  money: { read: 'string', write: 'string | number' },
  numeric: { read: 'string', write: 'string | number | bigint' },
  oid: NUMBER,
  point: { read: 'PgPoint', write: 'string' },
  timestamp: DATE,
  timestamptz: DATE,
};

/** Element types whose arrays the driver parses, with what it makes of an element. Every other array is raw text. */
const PARSED_ARRAYS: Readonly<Record<string, string>> = {
  ...{ bool: 'boolean', bytea: 'Buffer', int2: 'number', int4: 'number', oid: 'number', int8: 'string' },
  ...{ float4: 'number', float8: 'number', numeric: 'number', point: 'PgPoint', interval: 'PgInterval' },
  ...{ bpchar: 'string', varchar: 'string', text: 'string', regproc: 'string', uuid: 'string', money: 'string' },
  ...{ macaddr: 'string', inet: 'string', cidr: 'string', time: 'string', timetz: 'string', numrange: 'string' },
  ...{ date: 'PgDate', timestamp: 'PgDate', timestamptz: 'PgDate', json: 'JsonValue', jsonb: 'JsonValue' },
};

/** Arrays whose text uses another delimiter than the comma that the driver writes. */
const OTHER_DELIMITER = new Set(['box']);

export function scalarType(type: QName, parse: Parsing = DRIVER): Mapped {
  if (type.schema !== 'pg_catalog') return STRING;
  const mapped = SCALARS[type.name] ?? STRING;
  return { read: chosen(type.name, parse) ?? mapped.read, write: mapped.write };
}

/** What a parser chosen in the configuration makes of a value; undefined: the driver's own stays. */
function chosen(name: string, parse: Parsing): string | undefined {
  if (name === 'int8' || name === 'numeric') return parse[name];
  return name === 'date' && parse.date === 'string' ? 'string' : undefined;
}

/** Elements that no parser makes more of than a string: types made by users, and pg_catalog's that the driver leaves alone. */
export function isRawArray(type: QName): boolean {
  return type.schema !== 'pg_catalog' || !(type.name in PARSED_ARRAYS || OTHER_DELIMITER.has(type.name));
}

export interface ArrayOptions {
  /** No NULL among the elements. */
  readonly fullElements: boolean;
  /** Dimensions, when a CHECK says how many. Default 1: the server does not hold a column to its declaration, and pg_dump, views and LIKE forget it. */
  readonly depth?: number | undefined;
  /** The write type of an element, when it is narrower than its type's (an enum's union). */
  readonly element?: string;
  /** What an element of a raw array reads as once registerTypes() parses it; undefined: it stays raw. */
  readonly parsed?: string | undefined;
  readonly parse?: Parsing;
}

export function arrayType(type: QName, options: ArrayOptions): Mapped {
  const { parse = DRIVER, depth = 1 } = options;
  const hole = options.fullElements ? '' : ' | null';
  const element = `${options.element ?? scalarType(type).write}${hole}`;
  const write = deeper(element.includes('|') ? `readonly (${element})[]` : `readonly ${element}[]`, depth);
  if (type.schema === 'pg_catalog' && OTHER_DELIMITER.has(type.name)) return STRING;
  const read = isRawArray(type) ? options.parsed : parsedElement(type.name, parse);
  if (read === undefined) return { read: 'string', write: `string | ${write}` };
  return { read: (read.includes('|') || hole ? `(${read}${hole})[]` : `${read}[]`) + '[]'.repeat(depth - 1), write };
}

function deeper(array: string, depth: number): string {
  return depth === 1 ? array : deeper(`readonly (${array})[]`, depth - 1);
}

/** An element of an array that the driver parses, or that registerTypes() parses as its scalar. */
function parsedElement(name: string, parse: Parsing): string | undefined {
  if (name === 'numeric') return parse.arrays ? parse.numeric : 'number';
  return chosen(name, parse) ?? PARSED_ARRAYS[name];
}

/** Names of the helpers that a piece of generated text refers to. */
export function helpersIn(text: string): readonly string[] {
  return Object.keys(HELPERS).filter((name) => text.includes(name));
}
