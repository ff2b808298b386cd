/**
 * Reads on a real streaming standby: routed, measured, refused when it is behind, stale, down or promoted, and one's own
 * writes are always seen. Cases run in order on one pair of servers; the last ones break it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { targetUrl } from '../../src/base/target.ts';
import {
  type Cluster,
  type ClusterOptions,
  createCluster,
  createSession,
  type FallbackEvent,
  type Queryable,
  TransactionEndedError,
  withActor,
  withTransaction,
} from '../../src/client/index.ts';
import { withSession } from '../../src/pg/pool.ts';
import { caughtUp, type Streaming, withStandby } from '../support/standby.ts';
import { proxyTo } from './proxy.ts';

let servers: Streaming;
let release: () => void = () => undefined;
let ended: Promise<unknown> = Promise.resolve();
const made: Cluster[] = [];

beforeAll(async () => {
  servers = await new Promise<Streaming>((lent, failed) => {
    ended = withStandby((both) => {
      lent(both);
      return new Promise<void>((done) => {
        release = done;
      });
    });
    ended.catch(failed);
  });
  await withSession(servers.primary.target, (s) => s.batch('CREATE TABLE t (n integer); INSERT INTO t VALUES (0)'));
  await caughtUp(servers);
});

afterEach(async () => {
  for (const one of made.splice(0)) await one.shutdown({ grace: 0 });
});

afterAll(async () => {
  release();
  await ended;
});

/** Generous, so that a loaded machine does not turn a fresh replica into a stale one. */
function cluster(options: Partial<ClusterOptions> = {}): { db: Cluster; events: FallbackEvent[] } {
  const events: FallbackEvent[] = [];
  const db = createCluster({
    primary: { connectionString: targetUrl(servers.primary.target) },
    replicas: [{ connectionString: targetUrl(servers.standby.target), waitTimeout: 10_000 }],
    maxStaleness: 60_000,
    catchUp: 20_000,
    onFallback: (event) => events.push(event),
    ...options,
  });
  made.push(db);
  return { db, events };
}

interface Seen {
  readonly standby: boolean;
  readonly n: number;
}

const seen = async (tx: Queryable): Promise<Seen> => {
  const { rows } = await tx.query<Seen>('SELECT pg_is_in_recovery() AS standby, max(n) AS n FROM t');
  if (!rows[0]) throw new Error('no row');
  return rows[0];
};
const read = (db: Cluster, more: object = {}) => withTransaction(db, seen, { readOnly: true, ...more });
const insert = (db: Cluster, n: number, more: object = {}) =>
  withTransaction(db, (tx) => tx.query('INSERT INTO t VALUES ($1)', [n]), more);
const onStandby = (sql: string) => withSession(servers.standby.target, (s) => s.query(sql));

/** Replay stands still while `work` runs. */
async function paused(work: () => Promise<void>): Promise<void> {
  await caughtUp(servers);
  await onStandby('SELECT pg_wal_replay_pause()');
  for (;;) {
    const [row] = await onStandby(`SELECT pg_get_wal_replay_pause_state() = 'paused' AS done`);
    if (row?.done) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  try {
    await work();
  } finally {
    await onStandby('SELECT pg_wal_replay_resume()');
  }
}

describe('where a transaction runs', () => {
  test('what only reads runs on the replica, with its identity; everything else on the primary', async () => {
    const { db, events } = cluster();
    expect(await read(db)).toMatchObject({ standby: true });
    expect(await withTransaction(db, seen)).toMatchObject({ standby: false });
    expect(await read(db, { isolation: 'repeatable read' })).toMatchObject({ standby: true });
    expect(await read(db, { isolation: 'serializable' })).toMatchObject({ standby: false });
    const who = `SELECT current_setting('app.user_id') AS id, current_user::text AS role`;
    const actor = { userId: 7, role: 'pg_read_all_data' };
    const { rows } = await withActor(db, actor, (tx) => tx.query(who), { readOnly: true });
    expect(rows).toEqual([{ id: '7', role: 'pg_read_all_data' }]);
    const { replicas, fallbacks } = db.stats();
    expect(replicas).toMatchObject([{ reads: 3, refused: 0, open: 1 }]);
    expect(replicas[0]?.staleness).toBeGreaterThanOrEqual(0);
    expect([fallbacks, events]).toEqual([0, []]);
  });

  test('a read is one message more than its statements and COMMIT, as on the primary', async () => {
    const texts: string[] = [];
    const replica = {
      connectionString: targetUrl(servers.standby.target),
      onQuery: ({ text }: { text: string }) => texts.push(text),
    };
    const { db } = cluster({ replicas: [replica] });
    await read(db);
    expect(texts).toEqual([
      'BEGIN READ ONLY; SELECT pg_is_in_recovery() AS standby, pg_last_wal_replay_lsn()::text AS lsn; COMMIT; BEGIN READ ONLY',
      'SELECT pg_is_in_recovery() AS standby, max(n) AS n FROM t',
      expect.stringMatching(/^COMMIT; RESET /),
    ]);
  });

  test('an error of the work is thrown and not tried again elsewhere', async () => {
    const { db } = cluster();
    let runs = 0;
    const failing = (tx: Queryable) => {
      runs += 1;
      return tx.query('SELECT 1 / 0');
    };
    await expect(withTransaction(db, failing, { readOnly: true })).rejects.toMatchObject({ code: '22012' });
    await expect(withTransaction(db, () => Promise.reject(new Error('mine')), { readOnly: true })).rejects.toThrow(
      'mine',
    );
    await expect(withActor(db, { userId: 1, role: 'nobody here' }, seen, { readOnly: true })).rejects.toMatchObject({
      code: '22023',
    });
    const chaining = withTransaction(db, (tx) => tx.query('COMMIT AND CHAIN'), { readOnly: true });
    await expect(chaining).rejects.toBeInstanceOf(TransactionEndedError);
    expect(runs).toBe(1);
    expect(db.stats().replicas).toMatchObject([{ lent: 0, refused: 0 }]);
  });
});

describe('reading one’s own writes', () => {
  test('a hundred writes, each seen at once, on the replica', async () => {
    const { db } = cluster();
    const session = createSession();
    for (let n = 1; n <= 100; n += 1) {
      await insert(db, n, { session });
      expect(await read(db, { session })).toEqual({ standby: true, n });
    }
  });

  test('while replay stands still the primary is asked, after a wait that ends; other sessions stay on the replica', () =>
    paused(async () => {
      const { db, events } = cluster({ catchUp: 30 });
      const session = createSession();
      // Known from before the write: the bound holds, only the session is ahead.
      expect(await read(db)).toMatchObject({ standby: true, n: 100 });
      await insert(db, 101, { session });
      expect(await read(db, { session })).toEqual({ standby: false, n: 101 });
      expect(events).toEqual([{ reason: 'behind', error: undefined }]);
      expect(await read(db)).toEqual({ standby: true, n: 100 });
      const elsewhere = createSession(session.token);
      expect(await read(db, { session: elsewhere })).toEqual({ standby: false, n: 101 });
    }));

  test('a replica that catches up within the wait serves the read', async () => {
    const { db, events } = cluster();
    const session = createSession();
    let reading: Promise<Seen> | undefined;
    await paused(async () => {
      await read(db);
      await insert(db, 102, { session });
      reading = read(db, { session });
      await expect.poll(() => db.stats().replicas[0]?.lent).toBe(1);
    });
    expect(await reading).toEqual({ standby: true, n: 102 });
    expect(events).toEqual([]);
  });

  test('only what was written moves a session', async () => {
    const { db } = cluster();
    const session = createSession();
    await withTransaction(db, seen, { session });
    await read(db, { session });
    await insert(db, 1, { session, isolation: 'serializable' }).catch(() => undefined);
    const after = session.token;
    expect(after).toMatch(/^[\dA-F]+\/[\dA-F]+$/);
    await expect(withTransaction(db, (tx) => tx.query('INSERT INTO t SELECT 1 / 0'), { session })).rejects.toThrow();
    await withTransaction(db, seen, { session });
    expect(session.token).toBe(after);
    session.advance('0/1');
    expect(session.token).toBe(after);
    expect(() => createSession("0/1'; --")).toThrow(RangeError);
  });
});

describe('staleness', () => {
  test('a replica that falls behind the bound is not asked, and is passed over for a while', () =>
    paused(async () => {
      const { db, events } = cluster({ maxStaleness: 200, catchUp: 0, retryAfter: 60_000 });
      await insert(db, 103);
      // The first note of the primary's position is made after the write: the replica can only be older.
      expect(await read(db)).toEqual({ standby: false, n: 103 });
      expect(await read(db)).toMatchObject({ standby: false });
      expect(events.map(({ reason }) => reason)).toEqual(['stale', 'passed over']);
      expect(db.stats()).toMatchObject({ fallbacks: 2, replicas: [{ reads: 0, refused: 1, staleness: null }] });
    }));

  test('an idle primary makes nobody stale; any staleness can be allowed', async () => {
    await caughtUp(servers);
    const { db } = cluster({ maxStaleness: 300 });
    for (let n = 0; n < 5; n += 1) {
      expect(await read(db)).toMatchObject({ standby: true });
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await paused(async () => {
      await insert(db, 104);
      const any = cluster({ maxStaleness: Number.POSITIVE_INFINITY });
      expect(await read(any.db)).toEqual({ standby: true, n: 103 });
      expect(any.db.stats().primary.served).toBe(0);
    });
  });
});

describe('replicas that fail', () => {
  const nowhere = 'postgresql://nobody@127.0.0.1:1/none';

  test('one that is down is passed over; another one takes the read', async () => {
    const { db, events } = cluster({
      replicas: [{ connectionString: nowhere }, { connectionString: targetUrl(servers.standby.target) }],
    });
    for (let n = 0; n < 6; n += 1) expect(await read(db)).toMatchObject({ standby: true });
    expect(events).toEqual([]);
    const alone = cluster({ replicas: [{ connectionString: nowhere }], retryAfter: 60_000 });
    expect(await read(alone.db)).toMatchObject({ standby: false });
    expect(alone.events).toMatchObject([{ reason: 'down', error: { code: 'ECONNREFUSED' } }]);
  });

  test('a connection that breaks in the middle: the work runs again on the primary', async () => {
    const { db, events } = cluster();
    let runs = 0;
    const work = async (tx: Queryable): Promise<Seen> => {
      runs += 1;
      const one = await seen(tx);
      if (one.standby) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
      return one;
    };
    expect(await withTransaction(db, work, { readOnly: true })).toMatchObject({ standby: false });
    expect(runs).toBe(2);
    expect(events).toMatchObject([{ reason: 'down', error: { code: '57P01' } }]);
  });

  test('a primary that does not say where it is: reads go there, and the reason is told', async () => {
    const proxy = await proxyTo(servers.primary.target);
    const { db, events } = cluster({ primary: { connectionString: targetUrl(proxy.target) } });
    await proxy.close();
    await expect(read(db)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(events).toMatchObject([{ reason: 'unmeasured', error: { code: 'ECONNREFUSED' } }]);
  });

  test('a standby that stops and comes back', async () => {
    const { db, events } = cluster({ retryAfter: 50 });
    expect(await read(db)).toMatchObject({ standby: true });
    await servers.standby.stop();
    expect(await read(db)).toMatchObject({ standby: false });
    expect(events.map(({ reason }) => reason)).toEqual(['down']);
    await servers.standby.start();
    await caughtUp(servers);
    await expect.poll(async () => (await read(db)).standby, { timeout: 30_000 }).toBe(true);
  });

  test('a promoted one is a database of its own, and is never read from', async () => {
    const { db, events } = cluster({ retryAfter: 0 });
    expect(await read(db)).toMatchObject({ standby: true });
    await onStandby('SELECT pg_promote()');
    await withSession(servers.standby.target, (s) => s.query('INSERT INTO t VALUES (9999)'));
    await insert(db, 105);
    for (let n = 0; n < 3; n += 1) expect(await read(db)).toEqual({ standby: false, n: 105 });
    expect(events.map(({ reason }) => reason)).toEqual(['promoted', 'promoted', 'promoted']);
  });
});
