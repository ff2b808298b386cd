/** Types with values of each, and random tables of them. */
import fc from 'fast-check';
import { literal } from '../../src/base/ident.ts';
import type { Session } from '../../src/pg/pool.ts';

/** Types with literals that PostgreSQL takes for them, the special values included. */
export const TYPES: Readonly<Record<string, readonly string[]>> = {
  bigint: ['0', '-1', '9007199254740993'],
  bit: ['1', '0'],
  'bit varying': ['', '101'],
  boolean: ['t', 'f'],
  box: ['(1,2),(3,4)'],
  bytea: ['', '\\x00ff'],
  '"char"': ['a', ''],
  'char(3)': ['a', 'abc'],
  cidr: ['10.0.0.0/8'],
  circle: ['<(1,2),3>'],
  date: ['2024-02-29', 'infinity', '-infinity', '0001-01-01 BC'],
  'double precision': ['1.5', 'NaN', 'Infinity', '-0'],
  inet: ['10.0.0.1'],
  int4range: ['[1,5)', 'empty'],
  int4multirange: ['{[1,2)}'],
  integer: ['1', '-2147483648'],
  interval: ['1 year 2 mons 3 days 04:05:06.789', '0', '-1 day'],
  json: ['{"a": [1, null]}', 'null', '"text"', '1', '[]'],
  jsonb: ['{"a": [1, null]}', 'null', '"text"', '1', '[]'],
  line: ['{1,2,3}'],
  lseg: ['[(1,2),(3,4)]'],
  macaddr: ['08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  money: ['12.34'],
  name: ['n'],
  numeric: ['1.50', 'NaN', 'Infinity', '123456789012345678901234567890'],
  numrange: ['[1.5,2)'],
  oid: ['1', '4294967295'],
  path: ['[(1,2)]'],
  pg_lsn: ['0/1'],
  point: ['(1.5,2)', '(NaN,1)'],
  polygon: ['((1,2))'],
  real: ['1.5'],
  regclass: ['pg_class'],
  regproc: ['now'],
  smallint: ['1'],
  text: ['', 'a', 'NULL', '{"x"}', 'it\'s "x" \\ ü 😀'],
  'time with time zone': ['12:00:00+02'],
  time: ['12:00:00', '24:00:00'],
  'timestamp with time zone': ['2024-02-29 12:00:00+00', 'infinity', '-infinity'],
  timestamp: ['2024-02-29 12:00:00', 'infinity'],
  tsquery: ["'a'"],
  tstzrange: ['["2024-01-01 00:00:00+00",)'],
  tsvector: ["'a':1"],
  txid_snapshot: ['10:20:10'],
  uuid: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  'varchar(20)': ['v'],
  xid: ['1'],
  mood: ['ok', 'so so', 'NULL'],
  pair: ['(1,"a b")'],
  span: ['[1,2)'],
  positive: ['7'],
  short: ['ab'],
  moods: ['{ok,"so so",NULL}'],
  document: ['{"a": 1}', 'null'],
  tags: ['{a,NULL}'],
};

export const PRELUDE = `CREATE TYPE mood AS ENUM ('ok', 'so so', 'NULL'); CREATE TYPE pair AS (a int, b text);
  CREATE TYPE span AS RANGE (subtype = int4); CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE DOMAIN short AS varchar(3) CHECK (VALUE IN ('ab', 'abc')); CREATE DOMAIN moods AS mood[];
  CREATE DOMAIN document AS jsonb; CREATE DOMAIN tags AS text[];`;

/** The element's literal as an element of an array literal. */
export const element = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

export interface RandomColumn {
  readonly type: string;
  readonly notNull: boolean;
  readonly check: 'none' | 'list' | 'equalities' | 'or null' | 'with null' | 'not in';
  readonly array: boolean;
}

const CHECKABLE = new Set([
  'text',
  'varchar(20)',
  'char(3)',
  'integer',
  'smallint',
  'bigint',
  'mood',
  'short',
  'boolean',
  'numeric',
  'uuid',
  '"char"',
  'name',
]);

const randomColumn: fc.Arbitrary<RandomColumn> = fc.record({
  type: fc.constantFrom(...Object.keys(TYPES)),
  notNull: fc.boolean(),
  check: fc.constantFrom('none', 'list', 'equalities', 'or null', 'with null', 'not in'),
  array: fc.boolean(),
});

function checkText(name: string, column: RandomColumn): string {
  if (column.check === 'none' || column.array || !CHECKABLE.has(column.type)) return '';
  const items = (TYPES[column.type] ?? []).map((text) => `${literal(text)}::${column.type}`);
  const texts = {
    list: `${name} IN (${items.join(', ')})`,
    equalities: items.map((item) => `${name} = ${item}`).join(' OR '),
    'or null': `${name} IS NULL OR ${name} IN (${items.join(', ')})`,
    'with null': `${name} IN (${[...items, 'NULL'].join(', ')})`,
    'not in': `${name} NOT IN (${literal(column.type === 'boolean' ? 't' : '5')})`,
  };
  return column.check === 'not in' && !['text', 'integer'].includes(column.type)
    ? ''
    : ` CHECK (${texts[column.check]})`;
}

export type RandomTable = readonly (readonly [RandomColumn, readonly number[]])[];

export const randomTable: fc.Arbitrary<RandomTable> = fc.array(
  fc.tuple(randomColumn, fc.array(fc.nat({ max: 5 }), { minLength: 6, maxLength: 6 })),
  { minLength: 1, maxLength: 8 },
);

/** Makes table `t` anew and tries six rows; what its checks refuse is not there. */
export async function makeTable(session: Session, columns: RandomTable): Promise<void> {
  await session.query('DROP TABLE IF EXISTS t');
  const ddl = columns.map(
    ([c], at) => `c${at} ${c.type}${c.array ? '[]' : ''}${c.notNull ? ' NOT NULL' : ''}${checkText(`c${at}`, c)}`,
  );
  await session.query(`CREATE TABLE t (${ddl.join(', ')})`);
  for (let nth = 0; nth < 6; nth += 1) {
    await tryInsert(
      session,
      columns.map(([c, cells]) => valueText(c, cells[nth] ?? 0)),
    );
  }
}

/** 0 is NULL; others pick a literal. Values a list does not allow are tried too: the server refuses them. */
function valueText({ type, array }: RandomColumn, pick: number): string {
  const texts = TYPES[type] ?? [];
  const text = texts[pick % texts.length] ?? '';
  if (pick === 0) return 'NULL';
  return array ? literal(`{${element(text)}}`) : literal(text);
}

async function tryInsert(session: Session, values: readonly string[]): Promise<void> {
  await session.query(`INSERT INTO t VALUES (${values.join(', ')})`).catch(() => undefined);
}
