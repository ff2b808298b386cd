/** What the client sends, counted on the wire: an identity, a session and a retry cost no message of their own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { targetUrl } from '../../src/base/target.ts';
import { createSession, type Pool, withActor, withTransaction } from '../../src/client/index.ts';
import { useDatabase } from '../support/database.ts';
import { proxyTo, type TcpProxy } from './proxy.ts';
import { ONE, usePools } from './support.ts';

const database = useDatabase();
const pool = usePools(() => database.target());
let proxy: TcpProxy;

beforeAll(async () => {
  proxy = await proxyTo(database.target());
  await database.session((s) => s.query('CREATE TABLE t (n integer)'));
});
afterAll(() => proxy.close());

/** Types of the messages that `work` sends over the pool's one connection, which is open already. */
async function messagesOf(work: (db: Pool) => Promise<unknown>): Promise<string> {
  const db = pool({ connectionString: targetUrl(proxy.target), size: ONE });
  await db.query('SELECT 1');
  const before = proxy.sent().at(-1)?.length ?? 0;
  await work(db);
  const bytes = proxy.sent().at(-1)?.subarray(before) ?? Buffer.alloc(0);
  const types: string[] = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1))
    types.push(bytes.toString('latin1', at, at + 1));
  return types.join('');
}

test('withActor: BEGIN, the work, COMMIT, whatever travels with them', async () => {
  const one = { text: 'SELECT 1' };
  expect(await messagesOf((db) => withTransaction(db, (tx) => tx.query(one)))).toBe('QQQ');
  const actor = { userId: 42, role: 'pg_read_all_data', settings: { 'app.tenant': '7' } };
  const options = { statementTimeout: 500, lockTimeout: 100, isolation: 'repeatable read' } as const;
  expect(await messagesOf((db) => withActor(db, actor, (tx) => tx.query(one), options))).toBe('QQQ');
  const session = createSession();
  const insert = { text: 'INSERT INTO t VALUES (1)' };
  expect(await messagesOf((db) => withActor(db, { userId: 42 }, (tx) => tx.query(insert), { session }))).toBe('QQQ');
  expect(session.token).not.toBeNull();
});

test('a query of the pool is what pg sends: parse, bind, describe, execute, sync; prepared, without the first', async () => {
  const named = { name: 'one', text: 'SELECT $1::int', values: [1] };
  const both = async (db: Pool): Promise<void> => {
    await db.query('SELECT $1::int', [1]);
    await db.query(named);
    await db.query(named);
  };
  expect(await messagesOf(both)).toBe('PBDESPBDESBDES');
});

test('a failed transaction sends one ROLLBACK', async () => {
  const failing = (db: Pool) => withActor(db, { userId: 1 }, (tx) => tx.query('SELECT 1 / 0')).catch(() => undefined);
  expect(await messagesOf(failing)).toBe('QQQ');
});

test('a failure whose message comes in two pieces costs no connection', async () => {
  const tearing = await proxyTo(database.target(), { torn: 20 });
  const db = pool({ connectionString: targetUrl(tearing.target), size: ONE });
  const pid = async () => (await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
  const before = await pid();
  const nobody = withActor(db, { userId: 1, role: 'nobody here' }, (tx) => tx.query('SELECT 1'));
  await expect(nobody).rejects.toMatchObject({ code: '22023' });
  const failing = withActor(db, { userId: 1, role: 'pg_read_all_data' }, (tx) => tx.query('SELECT 1 / 0'));
  await expect(failing).rejects.toMatchObject({ code: '22012' });
  expect(await pid()).toBe(before);
  const who = `SELECT nullif(current_setting('app.user_id', true), '') AS id, current_user::text AS role`;
  expect((await db.query(who)).rows).toEqual([{ id: null, role: database.target().user }]);
  await db.end();
  await tearing.close();
});
