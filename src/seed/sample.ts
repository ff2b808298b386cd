/** Values for a row of a table, made from what its columns are: their types, foreign keys and CHECKs. Pure. */
import { ident, literal, qname } from '../base/ident.ts';
import type { Column, Snapshot, Table } from '../catalog/model.ts';

export interface Sampling {
  /** `needed`: NOT NULL without a default. `all`: every column that the server does not make itself. */
  readonly columns: 'all' | 'needed';
  /** True: where a CHECK on the column names values, the first of them. */
  readonly literals: boolean;
}

/** SQL expressions by column, for the row of that number, from 1 on. Rows of different numbers have different values. */
export function samples(
  table: Table,
  number: number,
  { columns, literals }: Sampling,
  snapshot: Snapshot,
): ReadonlyMap<string, string> {
  const chosen = table.columns.filter((column) => !isMade(column) && (columns === 'all' || isNeeded(column)));
  return new Map(
    chosen.map((column) => {
      const value =
        referred(table, column, number) ??
        (literals ? named(table, column) : null) ??
        typed(column, number, snapshot) ??
        (isNeeded(column) || column.default === null ? 'NULL' : 'DEFAULT');
      return [column.name, value];
    }),
  );
}

/** Numbers and identities are left to the server. */
function isMade({ generated, identity, default: expression }: Column): boolean {
  return generated !== null || identity !== null || /^nextval\(/.test(expression ?? '');
}

function isNeeded({ notNull, default: expression }: Column): boolean {
  return notNull && expression === null;
}

/** The key of a row that is there; NULL when there is none, also for a row that would have to refer to itself. */
function referred({ constraints }: Table, { name }: Column, number: number): string | null {
  for (const constraint of constraints) {
    if (constraint.kind !== 'foreign key') continue;
    const { schema, name: table, columns } = constraint.references;
    const target = columns[constraint.columns.indexOf(name)];
    if (target === undefined) continue;
    const rows = `${qname(schema, table)} ORDER BY ctid LIMIT 1`;
    // The same row for every column of a key; the last one when there are fewer than asked for.
    return `(SELECT ${ident(target)} FROM ${rows} OFFSET least(${number - 1}, (SELECT greatest(count(*) - 1, 0) FROM ${qname(schema, table)})))`;
  }
  return null;
}

function named({ constraints }: Table, { name }: Column): string | null {
  for (const constraint of constraints) {
    if (constraint.kind !== 'check' || constraint.columns.length !== 1 || constraint.columns[0] !== name) continue;
    const found = /'((?:[^']|'')*)'::/.exec(constraint.expression);
    if (found) return literal((found[1] ?? '').replaceAll("''", "'"));
  }
  return null;
}

function typed({ type, typeName, dimensions }: Column, number: number, { types }: Snapshot): string | null {
  const own = types.find(({ schema, name }) => schema === typeName.schema && name === typeName.name);
  if (own?.kind === 'enum' && dimensions === 0) {
    const label = own.labels[(number - 1) % own.labels.length];
    return label === undefined ? null : literal(label);
  }
  const isArray = dimensions === 1 || (own?.kind === 'domain' && own.dimensions === 1);
  const base = own?.kind === 'domain' ? own.baseType.name : typeName.name;
  const plain = PLAIN[base]?.(number, lengthOf(own?.kind === 'domain' ? own.base : type));
  if (isArray) return literal('{}');
  return plain === undefined ? null : literal(plain);
}

/** `character varying(3)`: 3. Infinity without a limit. */
function lengthOf(type: string): number {
  const found = /\((\d+)\)/.exec(type);
  return found ? Number(found[1]) : Number.POSITIVE_INFINITY;
}

function word(number: number, length: number): string {
  return length < 4 ? String.fromCharCode(96 + number) : `row${number}`;
}

type Make = (number: number, length: number) => string;

const count: Make = (number) => String(number);

/** By pg_type.typname. What is not here gets NULL or its default. */
const PLAIN: Readonly<Record<string, Make>> = {
  int2: count,
  int4: count,
  int8: count,
  numeric: count,
  float4: count,
  float8: count,
  money: count,
  oid: count,
  text: word,
  varchar: word,
  bpchar: word,
  citext: word,
  name: word,
  bool: () => 'true',
  date: (number) => `2020-01-0${number}`,
  timestamp: (number) => `2020-01-0${number} 12:00:00`,
  timestamptz: (number) => `2020-01-0${number} 12:00:00+00`,
  time: (number) => `0${number}:00:00`,
  timetz: (number) => `0${number}:00:00+00`,
  interval: (number) => `${number} hours`,
  uuid: (number) => `00000000-0000-4000-8000-00000000000${number}`,
  json: (number) => `{"row": ${number}}`,
  jsonb: (number) => `{"row": ${number}}`,
  bytea: (number) => `\\x0${number}`,
  inet: (number) => `192.0.2.${number}`,
  cidr: (number) => `192.0.2.${number}/32`,
  macaddr: (number) => `00:00:5e:00:53:0${number}`,
  tsvector: word,
  int4range: (number) => `[${number},${number + 1})`,
  int8range: (number) => `[${number},${number + 1})`,
  numrange: (number) => `[${number},${number + 1})`,
  daterange: (number) => `[2020-01-0${number},2020-01-0${number + 1})`,
  tsrange: (number) => `[2020-01-0${number},2020-01-0${number + 1})`,
  tstzrange: (number) => `[2020-01-0${number} 00:00+00,2020-01-0${number + 1} 00:00+00)`,
  point: (number) => `(${number},${number})`,
};
