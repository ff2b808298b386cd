/**
 * Composite types: raw text from the driver, or objects once registerTypes() parses them. Both are read back from a real
 * server and held against the types and the JSON Schemas, whatever stands in the fields.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { schemaCompiler } from '../../src/base/validate.ts';
import { schemasText } from '../../src/codegen/json-schema.ts';
import { registerText } from '../../src/codegen/register.ts';
import { DRIVER, type Parsing } from '../../src/codegen/typemap.ts';
import type { Session } from '../../src/pg/pool.ts';
import { claimsOf } from './claims.ts';
import { compile } from './compile.ts';
import { fromSession, loaded, members, OPTIONS, withDdl, withPool } from './support.ts';

const OBJECTS: Parsing = { ...DRIVER, composites: true };
const ALL: Parsing = { arrays: true, composites: true, int8: 'bigint', numeric: 'string', date: 'string' };

const DDL = `
  CREATE TYPE mood AS ENUM ('ok', 'so so');
  CREATE DOMAIN level AS integer CHECK (VALUE > 0);
  CREATE TYPE address AS (street text, gone int, "zip code" char(5), since date);
  ALTER TYPE address DROP ATTRIBUTE gone;
  COMMENT ON COLUMN address.street IS 'With its number.';
  CREATE TYPE person AS (name text, id bigint, home address, others address[], moods mood[], level level, tags text[],
    doc jsonb, born timestamptz, bytes bytea, part numeric);
  CREATE DOMAIN home AS address CHECK ((VALUE).street <> '');
  CREATE TYPE nothing AS ();
  CREATE TABLE t (id int PRIMARY KEY, a address, p person, many address[], h home, hs home[], e nothing);`;

const PERSON = `ROW('O''Neil "x", (y) \\', 9007199254740993, ROW('', NULL, '2024-02-29'), ARRAY[ROW('a,b', '12345', NULL)::address, NULL],
  '{ok,NULL,"so so"}', 3, '{a,"b c",NULL}', '{"k": [1, null, "q\\"("]}', '2024-02-29 12:00Z', '\\x00ff', 1.50)::person`;

interface Registered {
  readonly registerTypes: (db: unknown) => Promise<void>;
}

async function fill(session: Session): Promise<void> {
  await session.query(`INSERT INTO t VALUES (1, ROW('x', 'ab', NULL), ${PERSON}, ARRAY[ROW('', NULL, NULL)::address, NULL],
    ROW('h', NULL, NULL), ARRAY[ROW('i', NULL, NULL)::home], ROW())`);
  await session.query('INSERT INTO t (id) VALUES (2)');
  await session.query(
    'INSERT INTO t (id, a, p) VALUES (3, ROW(NULL, NULL, NULL), ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))',
  );
}

test('the driver alone: text; the interface is what the fields are when they are asked for', () =>
  withDdl(DDL, async (session) => {
    const { text } = await fromSession(session);
    expect(members(text, 'TRow')).toMatchObject({ a: 'string | null', many: 'string | null', hs: 'string | null' });
    expect(members(text, 'AddressRow')).toEqual({
      street: 'string | null',
      "'zip code'": 'string | null',
      since: 'PgDate | null',
    });
    expect(text).toContain('/** With its number. */');
    await fill(session);
    const claims = claimsOf(text);
    const rows = await session.query('SELECT * FROM t ORDER BY id');
    expect(rows.flatMap((row) => claims('TRow', row))).toEqual([]);
    expect(rows[0]).toMatchObject({ a: '(x,"ab   ",)', e: '()' });
    const people = await session.query('SELECT (p).* FROM t');
    expect(people.flatMap((row) => claims('PersonRow', row))).toEqual([]);
  }));

test.each([
  ['objects', OBJECTS],
  ['everything', ALL],
])('registered: %s, nested and in arrays', (_, parse) =>
  withDdl(DDL, async (session) => {
    const { text, snapshot, model } = await fromSession(session, { parse });
    const arrays = parse.arrays ? '(AddressRow | null)[] | null' : 'string | null';
    expect(members(text, 'TRow')).toMatchObject({
      a: 'AddressRow | null',
      p: 'PersonRow | null',
      h: 'AddressRow | null',
      many: arrays,
      hs: arrays,
    });
    expect(members(text, 'NewT')).toMatchObject({ a: '?string | null' });
    expect(members(text, 'PersonRow')).toMatchObject({
      home: 'AddressRow | null',
      others: arrays,
      level: 'number | null',
    });
    await fill(session);
    const { registerTypes } = await loaded<Registered>(registerText(snapshot, model, parse) ?? '');
    const { tRowSchema } = await loaded<{ tRowSchema: object }>(schemasText(model, { ...OPTIONS, parse }));
    const valid = schemaCompiler()(tRowSchema);
    await withPool(session.target, async (pool) => {
      await registerTypes(pool);
      const { rows } = await pool.query<object>('SELECT * FROM t ORDER BY id');
      expect(rows.flatMap((row) => claimsOf(text)('TRow', row))).toEqual([]);
      const json = JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
      expect((JSON.parse(json) as object[]).flatMap(valid)).toEqual([]);
      const address = { street: 'a,b', 'zip code': '12345', since: null };
      expect(rows[0]).toMatchObject({
        a: { street: 'x', 'zip code': 'ab   ', since: null },
        p: {
          name: `O'Neil "x", (y) \\`,
          id: parse.int8 === 'bigint' ? 9007199254740993n : '9007199254740993',
          home: { street: '', 'zip code': null },
          others: parse.arrays ? [address, null] : '{"(\\"a,b\\",12345,)",NULL}',
          moods: parse.arrays ? ['ok', null, 'so so'] : '{ok,NULL,"so so"}',
          level: 3,
          tags: ['a', 'b c', null],
          doc: { k: [1, null, 'q"('] },
          born: new Date('2024-02-29T12:00:00Z'),
          bytes: Buffer.from([0, 255]),
          part: '1.50',
        },
        e: {},
      });
      expect(rows[2]).toMatchObject({ a: { street: null, 'zip code': null, since: null } });
    });
  }),
);

test('any text in a field comes back as it was', () =>
  withDdl(`CREATE TYPE pair AS ("a""b" text, b text); CREATE TABLE t (p pair, ps pair[])`, async (session) => {
    const { snapshot, model } = await fromSession(session, { parse: ALL });
    const { registerTypes } = await loaded<Registered>(registerText(snapshot, model, ALL) ?? '');
    await registerTypes(session.client);
    const piece = fc.constantFrom('"', '\\', ',', '(', ')', '{', '}', ' ', '\n', 'x', 'NULL', '', "'", 'ü');
    const text = fc.option(fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')));
    await fc.assert(
      fc.asyncProperty(text, text, async (a, b) => {
        const sql = 'SELECT ROW($1::text, $2::text)::pair AS p, ARRAY[ROW($2::text, $1::text)::pair, NULL] AS ps';
        expect(await session.query(sql, [a, b])).toEqual([{ p: { 'a"b': a, b }, ps: [{ 'a"b': b, b: a }, null] }]);
      }),
      { numRuns: 200 },
    );
  }));

test('compiles; a table keeps its name when a composite wants the same', () =>
  withDdl(
    `CREATE TYPE address AS (street text); CREATE TABLE addresses (id int PRIMARY KEY, at address);
    CREATE FUNCTION home(a address) RETURNS address RETURN a`,
    async (session) => {
      const { text, snapshot, model } = await fromSession(session, { parse: ALL });
      expect(members(text, 'AddressRow')).toEqual({ id: 'AddressId', at: 'AddressCompositeRow | null' });
      const files = { 'types.ts': text, 'register.ts': registerText(snapshot, model, ALL) ?? '' };
      expect(compile(files)).toEqual([]);
    },
  ));
