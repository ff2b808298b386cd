/** Hooks: what they are told, what they never are, and that a watched pool works as an unwatched one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { expect, test } from 'vitest';
import { type QueryEvent, type SlowQueryEvent, withTransaction } from '../../src/client/index.ts';
import { useDatabase } from '../support/database.ts';
import { ONE, usePools } from './support.ts';

const database = useDatabase();
const pool = usePools(() => database.target());

test('are told every statement, without values', async () => {
  const seen: QueryEvent[] = [];
  const db = pool({ size: ONE, onQuery: (event) => seen.push(event) });
  await db.query(`SELECT 'secret' AS a, $1::text AS b`, ['secret']);
  await db.query({ text: 'SELECT $1::int', values: [7], name: 'seven' });
  await db.query('SELECT 1 / 0').catch(() => undefined);
  const client = await db.connect();
  await client.query('SELECT 2');
  client.release();
  expect(seen).toMatchObject([
    { text: 'SELECT ? AS a, $1::text AS b', parameters: 1, rowCount: 1, error: undefined },
    { text: 'SELECT $1::int', name: 'seven', parameters: 1 },
    { text: 'SELECT ? / ?', rowCount: null, error: '22012' },
    { text: 'SELECT ?' },
  ]);
  expect(JSON.stringify(seen)).not.toContain('secret');
  expect(seen[0]?.startedAt).toBeGreaterThan(Date.now() - 60_000);
  expect(seen[0]?.duration).toBeGreaterThan(0);
});

test('slow statements can be explained', async () => {
  const seen: SlowQueryEvent[] = [];
  const db = pool({ slowAfter: 200, onSlowQuery: (event) => seen.push(event) });
  await db.query('SELECT 1');
  await db.query('SELECT pg_sleep(0.25), $1::int', [1]);
  await db.query("SET work_mem = '4MB'; SELECT pg_sleep(0.25)");
  expect(seen.map(({ text }) => text)).toEqual(['SELECT pg_sleep(?), $1::int', 'SET work_mem = ?; SELECT pg_sleep(?)']);
  expect(await seen[0]?.explain()).toMatch(/^Result {2}\(cost=/);
  expect(await seen[1]?.explain()).toBeNull();
  expect(db.stats().slow).toBe(2);
});

test('a hook that throws breaks nothing', async () => {
  const db = pool({
    onQuery: () => {
      throw new Error('mine');
    },
  });
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test('explaining runs nothing: neither the first of several statements nor the others', async () => {
  const seen: SlowQueryEvent[] = [];
  const db = pool({ slowAfter: 0, onSlowQuery: (event) => seen.push(event) });
  await db.query('CREATE TABLE victims (x integer); INSERT INTO victims SELECT generate_series(1, 10)');
  const undone = withTransaction(db, async (tx) => {
    await tx.query('SELECT pg_sleep(0.01); DELETE FROM victims WHERE x > 3');
    throw new Error('mine');
  });
  await expect(undone).rejects.toThrow('mine');
  const event = seen.find(({ text }) => text.includes('DELETE'));
  expect(await event?.explain()).toBeNull();
  await db.query('/* leading */ DELETE FROM victims');
  expect(await seen.findLast(({ text }) => /^ +DELETE/.test(text))?.explain()).toMatch(/^Delete on victims/);
  await db.query('INSERT INTO victims SELECT generate_series(1, 10)');
  await seen.findLast(({ text }) => /^ +DELETE/.test(text))?.explain();
  await seen.findLast(({ text }) => text.startsWith('INSERT'))?.explain();
  expect((await db.query('SELECT FROM victims')).rowCount).toBe(10);
});

test('explaining is read-only: a function that only claims to be immutable writes nothing', async () => {
  const seen: SlowQueryEvent[] = [];
  const db = pool({ size: ONE, slowAfter: 0, onSlowQuery: (event) => seen.push(event) });
  await db.query(`CREATE TABLE calls (n integer);
    CREATE FUNCTION writes() RETURNS integer LANGUAGE sql AS 'INSERT INTO calls VALUES (1) RETURNING n';
    CREATE FUNCTION liar() RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT writes()'`);
  await db.query('SELECT liar()');
  const { rows } = await db.query('SELECT * FROM calls');
  expect(await seen.find(({ text }) => text === 'SELECT liar()')?.explain()).toBeNull();
  expect((await db.query('SELECT * FROM calls')).rows).toEqual(rows);
});

test('a plan shows no values: neither of parameters nor of the text', async () => {
  const seen: SlowQueryEvent[] = [];
  const db = pool({ size: ONE, slowAfter: 0, onSlowQuery: (event) => seen.push(event) });
  const planOf = async (text: string, values: unknown[] = []): Promise<string | null> => {
    await db.query(text, values);
    return (await seen.findLast((event) => event.parameters === values.length)?.explain()) ?? null;
  };
  await db.query('CREATE TABLE people (id integer PRIMARY KEY, name text, born date, score float8, "it\'s" text)');
  const condition = 'id = $1 AND name <> $2 AND born > $3 AND score < $4 AND "it\'s" <> $5 AND name LIKE $6';
  const values = [4711, "Top'\n  Cond: Sec\\ret", '1970-05-17', 815.25, '"TopSecret', 'TopSec%'];
  const plan = await planOf(`SELECT FROM people WHERE ${condition} AND name <> 'LiteralSecret'`, values);
  expect(plan).toMatch(/^Index Scan using people_pkey on people {2}\(cost=\d+\.\d+\.\.\d+\.\d+ rows=\d+ width=\d+\)\n/);
  expect(plan).toMatch(/Index Cond: \(id = \?\)\n/);
  expect(plan).toContain('born > ?::date');
  expect(plan).not.toMatch(/4711|Sec|1970|815/);
  expect(await planOf('SELECT (SELECT max(id) FROM people WHERE id < $1)', [99])).toMatch(/InitPlan 1.*\n.*rows=\d/);
});

test('a name that PostgreSQL shows without its quotes cannot turn literals inside out', async () => {
  const seen: SlowQueryEvent[] = [];
  const db = pool({ size: ONE, slowAfter: 0, onSlowQuery: (event) => seen.push(event) });
  await db.query(`WITH "o'x" AS MATERIALIZED (SELECT relname AS r FROM pg_class) SELECT FROM "o'x" WHERE r = $1`, [
    'secret',
  ]);
  expect(await seen[0]?.explain()).toBeNull();
});

test('cursors, streams and queries of pg’s own class work as without hooks', async () => {
  const db = pool({ size: ONE, onQuery: () => undefined });
  const client = await db.connect();
  const rows: unknown[] = [];
  // As pg-cursor and pg-query-stream: something with submit().
  const streamed = new pg.Query('SELECT generate_series(1, 3) AS n');
  const given = client.query(streamed as unknown as string) as unknown;
  streamed.on('row', (row) => rows.push(row));
  await new Promise((done) => streamed.on('end', done));
  expect(given).toBe(streamed);
  expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  client.release();
  expect((await db.query(new pg.Query('SELECT 4 AS n') as unknown as string)).rows).toEqual([{ n: 4 }]);
});

test('run in the async context of whoever asked, also when another one opened the connection or gave it back', async () => {
  const user = new AsyncLocalStorage<string>();
  const seen: (readonly [string, string | undefined])[] = [];
  const db = pool({ size: ONE, onQuery: ({ text }) => seen.push([text, user.getStore()]) });
  const ask = (name: string) => user.run(name, () => db.query(`SELECT 1 AS ${name}`));
  const borrow = (name: string) =>
    user.run(name, async () => {
      const client = await db.connect();
      await client.query(`SELECT 1 AS ${name}`);
      client.release();
    });
  const called = user.run('called', () => {
    const callback = (done: () => void) => (error: unknown, client: { release(): void; query: unknown }) => {
      expect(error).toBeUndefined();
      (client.query as (text: string, then: () => void) => void)('SELECT 1 AS called', () => {
        client.release();
        done();
      });
    };
    return new Promise<void>((done) => (db.connect as (then: unknown) => void)(callback(done)));
  });
  await Promise.all([ask('opener'), ask('second'), borrow('third'), called, ask('fourth')]);
  await ask('fifth');
  const names = ['called', 'fifth', 'fourth', 'opener', 'second', 'third'];
  expect(seen.toSorted()).toEqual(names.map((name) => [`SELECT ? AS ${name}`, name]));
});
