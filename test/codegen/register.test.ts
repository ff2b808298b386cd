/** registerTypes(): what the types claim with parsers of the configuration, against what `pg` then returns. */
import { describe, expect, test } from 'vitest';
import { literal } from '../../src/base/ident.ts';
import { registerText } from '../../src/codegen/register.ts';
import { DRIVER, type Parsing } from '../../src/codegen/typemap.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf } from './claims.ts';
import { compile } from './compile.ts';
import { fromSession, generated, loaded, members, withDdl, withPool } from './support.ts';
import { element, PRELUDE, TYPES } from './values.ts';

const ALL: Parsing = { arrays: true, composites: false, int8: 'bigint', numeric: 'string', date: 'string' };
const NUMBERS: Parsing = { arrays: true, composites: false, int8: 'number', numeric: 'number', date: 'Date' };

interface Registered {
  readonly registerTypes: (db: unknown) => Promise<void>;
}

const database = useDatabase();

describe('every type, with parsers', () => {
  test.each([
    ['all', ALL],
    ['numbers', NUMBERS],
    ['arrays only', { ...DRIVER, arrays: true }],
    ['dates only', { ...DRIVER, date: 'string' as const }],
  ])('%s: scalars, arrays and NULLs arrive as claimed', async (_, parse) => {
    const names = Object.keys(TYPES);
    const columns = names.flatMap((type, at) => [`s${at} ${type}`, `a${at} ${type}[]`]);
    await withDdl(`${PRELUDE} CREATE TABLE t (${columns.join(', ')})`, async (session) => {
      const { text, snapshot, model } = await fromSession(session, { parse });
      const claims = claimsOf(text);
      const values = names.flatMap((type) => {
        const item = TYPES[type]?.[0] ?? '';
        return [literal(item), literal(`{${element(item)}${type === 'box' ? ';' : ','}NULL}`)];
      });
      await session.query(`INSERT INTO t VALUES (${values.join(', ')})`);
      await session.query('INSERT INTO t DEFAULT VALUES');
      const { registerTypes } = await loaded<Registered>(registerText(snapshot, model, parse) ?? '');
      await withPool(session.target, async (pool) => {
        await pool.query('SELECT 1');
        await registerTypes(pool);
        const { rows } = await pool.query<object>('SELECT * FROM t');
        expect(rows).toHaveLength(2);
        expect(rows.flatMap((row) => claims('TRow', row))).toEqual([]);
        const client = await pool.connect();
        expect((await client.query<object>('SELECT * FROM t')).rows).toEqual(rows);
        client.release();
      });
    });
  });
});

test('the values themselves', async () => {
  const ddl = `CREATE SCHEMA "it's"; CREATE TYPE "it's".mood AS ENUM ('ok', 'so so', 'NULL'); CREATE DOMAIN level AS int CHECK (VALUE > 0);
    CREATE TABLE t (id bigint PRIMARY KEY, moods "it's".mood[], levels level[], ns numeric[], big bigint[], d date, ds date[])`;
  await withDdl(ddl, async (session) => {
    const { text, snapshot, model } = await fromSession(session, { parse: ALL, schemas: ['public', "it's"] });
    expect(members(text, 'TRow')).toEqual({
      id: 'TId',
      moods: '(ItSMood | null)[] | null',
      levels: '(number | null)[] | null',
      ns: '(string | null)[] | null',
      big: '(bigint | null)[] | null',
      d: 'string | null',
      ds: '(string | null)[] | null',
    });
    expect(text).toContain(`export type TId = bigint & Brand<'t.id'>;`);
    await session.query(
      `INSERT INTO t VALUES (9007199254740993, '{ok,"so so",NULL,"NULL"}', '{1,NULL}', '{0.12345678901234567890}', '{9007199254740993,NULL}', '2024-02-29', '{2024-02-29}')`,
    );
    const { registerTypes } = await loaded<Registered>(registerText(snapshot, model, ALL) ?? '');
    await registerTypes(session.client);
    expect(await session.query('SELECT * FROM t')).toEqual([
      {
        id: 9007199254740993n,
        moods: ['ok', 'so so', null, 'NULL'],
        levels: [1, null],
        ns: ['0.12345678901234567890'],
        big: [9007199254740993n, null],
        d: '2024-02-29',
        ds: ['2024-02-29'],
      },
    ]);
  });
});

test('a database without one of the types is told', async () => {
  const { snapshot, model } = await generated(`CREATE TYPE mood AS ENUM ('ok')`);
  const { registerTypes } = await loaded<Registered>(registerText(snapshot, model, ALL) ?? '');
  await withPool(database.target(), (pool) =>
    expect(registerTypes(pool)).rejects.toThrow('the database has no type "public"."mood"[]: write this file anew'),
  );
});

test('with the driver as it is there is nothing to register', async () => {
  const { snapshot, model } = await generated(`CREATE TYPE mood AS ENUM ('ok')`);
  expect(registerText(snapshot, model, DRIVER)).toBeNull();
});

test.each([ALL, NUMBERS, { ...DRIVER, arrays: true }, { ...DRIVER, date: 'string' as const }])(
  'compiles, and takes pools and clients of pg: %j',
  async (parse) => {
    const { snapshot, model } = await generated(`CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (a tsvector[])`, {
      parse,
    });
    const consumer = `import pg from 'pg';
      import { registerTypes } from './register.ts';
      export async function start(pool: pg.Pool, client: pg.PoolClient): Promise<void> {
        await registerTypes(pool);
        await registerTypes(client);
        await registerTypes(new pg.Client());
        // @ts-expect-error not a database
        await registerTypes({});
      }`;
    expect(compile({ 'register.ts': registerText(snapshot, model, parse) ?? '', 'consumer.ts': consumer })).toEqual([]);
  },
);
