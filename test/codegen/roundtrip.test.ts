/** What the generated types claim, against what `pg` really returns and takes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ident, literal } from '../../src/base/ident.ts';
import type { Session } from '../../src/pg/pool.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf } from './claims.ts';
import { fromSession, members, withDdl } from './support.ts';

const database = useDatabase();

/** Types with literals that PostgreSQL takes for them, the special values included. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
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

const PRELUDE = `CREATE TYPE mood AS ENUM ('ok', 'so so', 'NULL'); CREATE TYPE pair AS (a int, b text);
  CREATE TYPE span AS RANGE (subtype = int4); CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE DOMAIN short AS varchar(3) CHECK (VALUE IN ('ab', 'abc')); CREATE DOMAIN moods AS mood[];
  CREATE DOMAIN document AS jsonb; CREATE DOMAIN tags AS text[];`;

/** The element's literal as an element of an array literal. */
const element = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

describe('every type', () => {
  test('scalars, arrays, arrays with NULL, and NULL itself arrive as claimed', async () => {
    const names = Object.keys(TYPES);
    const columns = names.flatMap((type, at) => [`s${at} ${type}`, `a${at} ${type}[]`]);
    await withDdl(`${PRELUDE} CREATE TABLE t (${columns.join(', ')})`, async (session) => {
      const claims = claimsOf((await fromSession(session)).text);
      const longest = Math.max(...Object.values(TYPES).map(({ length }) => length));
      for (let nth = 0; nth < longest; nth += 1) {
        const values = names.flatMap((type) => {
          const text = TYPES[type]?.[nth] ?? TYPES[type]?.[0] ?? '';
          const delimiter = type === 'box' ? ';' : ',';
          return [literal(text), literal(nth === 0 ? `{${element(text)}${delimiter}NULL}` : `{${element(text)}}`)];
        });
        await session.query(`INSERT INTO t VALUES (${values.join(', ')})`);
      }
      await session.query('INSERT INTO t DEFAULT VALUES');
      const rows = await session.query('SELECT * FROM t');
      expect(rows).toHaveLength(longest + 1);
      expect(rows.flatMap((row) => claims('TRow', row))).toEqual([]);
    });
  });

  test('the check itself finds a wrong claim', async () => {
    const claims = claimsOf('export interface TRow {\n  readonly a: number;\n  readonly b: (string | null)[];\n}\n');
    expect(claims('TRow', { a: '1', b: [1], c: 1 })).toEqual([
      'c: not claimed',
      'a: "1" is no number',
      'b: [1] is no (string | null)[]',
    ]);
  });
});

describe('written values', () => {
  test('what New… takes, the driver sends rightly', async () => {
    const ddl = `${PRELUDE} CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, big bigint, n numeric, ts timestamptz, d date, i interval, by bytea,
      j jsonb, m mood, ms mood[], a text[], ja jsonb[], p point, bs bytea[], money money, b boolean, dates date[])`;
    await withDdl(ddl, async (session) => {
      const { text } = await fromSession(session);
      expect(members(text, 'NewT')).toMatchObject({ big: '?string | number | bigint | null', j: '?JsonInput | null' });
      const date = new Date('2024-02-29T12:00:00Z');
      const [interval] = await session.query<{ i: unknown }>(`SELECT interval '1 day 2 hours' AS i`);
      const row = {
        ...{
          big: 9007199254740993n,
          n: 1.5,
          ts: date,
          d: Number.POSITIVE_INFINITY,
          i: interval?.i,
          by: new Uint8Array([1, 2]),
        },
        ...{ j: { a: [1] }, m: 'so so', ms: ['so so', null], a: ['NULL', null, '"'], ja: [{ k: 1 }, null], p: '(1,2)' },
        ...{ bs: [new Uint8Array([3])], money: 1.5, b: true, dates: [date, null] },
      };
      const names = Object.keys(row);
      const [back] = await session.query(
        `INSERT INTO t (${names.map(ident).join(', ')}) VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')}) RETURNING *`,
        Object.values(row),
      );
      expect(claimsOf(text)('TRow', back ?? {})).toEqual([]);
      expect(back).toMatchObject({ big: '9007199254740993', n: '1.5', ts: date, d: Number.POSITIVE_INFINITY });
      expect(back).toMatchObject({ j: { a: [1] }, ms: '{"so so",NULL}', a: ['NULL', null, '"'], ja: [{ k: 1 }, null] });
      expect(back).toMatchObject({
        by: Buffer.from([1, 2]),
        bs: [Buffer.from([3])],
        p: { x: 1, y: 2 },
        i: { days: 1, hours: 2 },
      });
    });
  });

  test('a JSON array or a JSON string given as a JavaScript value is what JsonInput keeps out', async () => {
    const insert = (value: unknown) => database.session((s) => s.query('SELECT $1::jsonb AS j', [value]));
    await expect(insert([1, 2])).rejects.toThrow('invalid input syntax for type json');
    expect(await insert(JSON.stringify([1, 2]))).toEqual([{ j: [1, 2] }]);
  });
});

interface RandomColumn {
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

test('random tables: every row that the server takes keeps the claims', async () => {
  await withDdl(PRELUDE, async (session) => {
    const cell = fc.nat({ max: 5 });
    const table = fc.array(fc.tuple(randomColumn, fc.array(cell, { minLength: 6, maxLength: 6 })), {
      minLength: 1,
      maxLength: 8,
    });
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(table, async (columns) => {
        await session.query('DROP TABLE IF EXISTS t');
        const ddl = columns.map(
          ([c], at) => `c${at} ${c.type}${c.array ? '[]' : ''}${c.notNull ? ' NOT NULL' : ''}${checkText(`c${at}`, c)}`,
        );
        await session.query(`CREATE TABLE t (${ddl.join(', ')})`);
        const claims = claimsOf((await fromSession(session)).text);
        for (let nth = 0; nth < 6; nth += 1)
          await tryInsert(
            session,
            columns.map(([c, cells]) => valueText(c, cells[nth] ?? 0)),
          );
        const rows = await session.query('SELECT * FROM t');
        stored += rows.length;
        expect(rows.flatMap((row) => claims('TRow', row))).toEqual([]);
      }),
      { numRuns: 60 },
    );
    expect(stored).toBeGreaterThan(60);
  });
});

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
