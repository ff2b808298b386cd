/** The pool: sizes, waiting, dead connections, shutdown. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { targetUrl } from '../../src/base/target.ts';
import { PoolClosedError, PoolTimeoutError, type Queryable, SIZES, withTransaction } from '../../src/client/index.ts';
import { useDatabase } from '../support/database.ts';
import { proxyTo } from './proxy.ts';
import { ONE, usePools } from './support.ts';

const database = useDatabase();
const pool = usePools(() => database.target());

const pidOf = async (db: { query: (text: string) => Promise<{ rows: { pid: number }[] }> }): Promise<number> =>
  (await db.query('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;

describe('sizes', () => {
  test('named ones', () => {
    expect(SIZES).toMatchObject({ development: { size: 5, overflow: 10 }, mvp: { size: 10, overflow: 20 } });
    expect(pool({ size: 'scale' }).stats()).toMatchObject({ size: 20, overflow: 40, open: 0, lent: 0 });
  });

  test('connections beyond the size are opened under load and closed afterwards', async () => {
    const db = pool({ size: { size: 1, overflow: 2 } });
    const clients = await Promise.all([db.connect(), db.connect(), db.connect()]);
    expect(db.stats()).toMatchObject({ open: 3, lent: 3, idle: 0, served: 3 });
    for (const client of clients) client.release();
    expect(db.stats()).toMatchObject({ open: 1, lent: 0, idle: 1 });
    clients[0]?.release();
    expect(db.stats()).toMatchObject({ open: 1, lent: 0, idle: 1 });
  });

  test('waiting ends with an error that says who holds the connections', async () => {
    const db = pool({ size: ONE, waitTimeout: 1_000 });
    const client = await db.connect();
    const late = await Promise.allSettled([db.query('SELECT 1'), db.connect()]);
    expect(late.map((one) => one.status === 'rejected' && one.reason)).toEqual([
      expect.any(PoolTimeoutError),
      expect.any(PoolTimeoutError),
    ]);
    expect(late[0]).toMatchObject({
      reason: {
        message: expect.stringMatching(
          /^no connection became free in 1000 ms: 1 connections are lent, [01] more requests wait$/,
        ),
      },
    });
    expect(db.stats()).toMatchObject({ timeouts: 2 });
    client.release();
    expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('old connections are replaced', async () => {
    const db = pool({ size: ONE, recycle: 1 });
    const first = await pidOf(db);
    expect(await pidOf(db)).toBe(first);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await pidOf(db)).not.toBe(first);
  });
});

describe('dead connections', () => {
  test('one that the server closed while idle is dropped, and told', async () => {
    const errors: Error[] = [];
    const db = pool({ size: ONE, onError: (error) => errors.push(error) });
    const pid = await pidOf(db);
    await database.session((s) => s.query('SELECT pg_terminate_backend($1)', [pid]));
    while (db.stats().open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(errors[0]).toMatchObject({ code: '57P01' });
    expect(await pidOf(db)).not.toBe(pid);
  });

  test('one whose network fell silent is found before it is lent', async () => {
    const proxy = await proxyTo(database.target());
    const db = pool({ connectionString: targetUrl(proxy.target), size: ONE, prePing: 0, waitTimeout: 1_000 });
    const pid = await pidOf(db);
    expect(await pidOf(db)).toBe(pid);
    proxy.silence();
    expect(await pidOf(db)).not.toBe(pid);
    expect(db.stats()).toMatchObject({ dead: 1, open: 1 });
    await db.shutdown();
    await proxy.close();
  });
});

describe('the wait is bounded', () => {
  test('by one deadline, however many idle connections have gone silent', async () => {
    const proxy = await proxyTo(database.target());
    const options = { size: { size: 4, overflow: 0 }, prePing: 0, waitTimeout: 700 };
    const db = pool({ connectionString: targetUrl(proxy.target), ...options });
    for (const client of await Promise.all([1, 2, 3, 4].map(() => db.connect()))) client.release();
    proxy.silence();
    const from = performance.now();
    const all = await Promise.allSettled([db.query('SELECT 1'), db.query('SELECT 1'), db.query('SELECT 1')]);
    expect(performance.now() - from).toBeLessThan(1_500);
    const late = all.filter(({ status }) => status === 'rejected');
    for (const one of late) expect(one).toMatchObject({ reason: expect.any(PoolTimeoutError) });
    expect(db.stats().timeouts).toBe(late.length);
    expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await db.shutdown();
    await proxy.close();
  });

  test('also when a new connection does not come about', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as AddressInfo;
    const db = pool({ connectionString: `postgresql://nobody@127.0.0.1:${port}/none`, size: ONE, waitTimeout: 200 });
    const all = await Promise.all([1, 2].map(() => db.query('SELECT 1').catch((thrown: Error) => thrown)));
    for (const one of all) expect(one).toBeInstanceOf(PoolTimeoutError);
    expect(all[0]).toMatchObject({ message: expect.stringMatching(/^no connection could be opened in 200 ms: /) });
    expect(db.stats()).toMatchObject({ timeouts: 2, lent: 0 });
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});

describe('statement timeout', () => {
  test('of the pool holds for its queries, its clients and its transactions', async () => {
    const db = pool({ size: ONE, statementTimeout: 100 });
    const late = { code: '57014' };
    await expect(db.query('SELECT pg_sleep(5)')).rejects.toMatchObject(late);
    const client = await db.connect();
    await expect(client.query('SELECT pg_sleep(5)')).rejects.toMatchObject(late);
    client.release();
    const shown = (tx: Queryable) => tx.query('SHOW statement_timeout').then(({ rows }) => rows[0]);
    expect(await withTransaction(db, shown, { statementTimeout: 7_000 })).toEqual({ statement_timeout: '7s' });
    await withTransaction(db, (tx) => tx.query('SET statement_timeout = 0'));
    expect(await withTransaction(db, shown)).toEqual({ statement_timeout: '100ms' });
  });

  test('is none by default, and not less than a millisecond', async () => {
    expect((await pool().query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
    expect(() => pool({ statementTimeout: 0.5 })).toThrow('not milliseconds: 0.5');
  });
});

describe('shutdown', () => {
  test('waits for what is under way', async () => {
    const db = pool();
    const slow = db.query('SELECT pg_sleep(0.2)');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await db.shutdown()).toEqual({ forced: 0 });
    await expect(slow).resolves.toMatchObject({ rowCount: 1 });
    await expect(db.query('SELECT 1')).rejects.toBeInstanceOf(PoolClosedError);
    await expect(db.connect()).rejects.toBeInstanceOf(PoolClosedError);
  });

  test('serves the requests that wait already, also by end()', async () => {
    const db = pool({ size: ONE });
    const all = Array.from({ length: 5 }, (_, n) => db.query<{ n: number }>('SELECT $1::int AS n', [n]));
    const ended = db.end();
    expect((await Promise.all(all)).map(({ rows }) => rows[0]?.n)).toEqual([0, 1, 2, 3, 4]);
    await ended;
    expect(db.stats()).toMatchObject({ open: 0, lent: 0 });
    // Also an idle connection that was promised a moment ago.
    const idle = pool({ size: ONE });
    await idle.query('SELECT 1');
    const last = idle.query('SELECT 1');
    expect(await idle.shutdown()).toEqual({ forced: 0 });
    await expect(last).resolves.toMatchObject({ rowCount: 1 });
  });

  test('refuses those that still wait when its patience ends, and uses no connection for them', async () => {
    const db = pool({ size: ONE });
    const kept = await db.connect();
    const late = db.query('SELECT 1').catch((thrown: unknown) => thrown);
    expect(await db.shutdown({ grace: 20 })).toEqual({ forced: 1 });
    expect(await late).toBeInstanceOf(PoolClosedError);
    kept.release();
    expect(db.stats()).toMatchObject({ open: 0, lent: 0 });
  });

  test('closes what does not end in time', async () => {
    const db = pool();
    const slow = db.query('SELECT pg_sleep(30)').catch((thrown: Error) => thrown.message);
    const kept = await db.connect();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await db.shutdown({ grace: 50 })).toEqual({ forced: 2 });
    expect(await slow).toBe('canceling statement due to user request');
    kept.release();
  });
});
