/** withActor: who a transaction is, and that nobody is him afterwards, whatever happened. */
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { beforeAll, describe, expect, test } from 'vitest';
import { targetUrl } from '../../src/base/target.ts';
import {
  NotCommittedError,
  type Pool,
  type Queryable,
  TransactionEndedError,
  withActor,
  withTransaction,
} from '../../src/client/index.ts';
import { useDatabase } from '../support/database.ts';
import { ONE, usePools } from './support.ts';

const database = useDatabase();
const pool = usePools(() => database.target());

// A role that every server has.
const ROLE = 'pg_read_all_data';
const WHO = `SELECT current_setting('app.user_id', true) AS id, current_user::text AS role`;
const who = async (db: Queryable) => (await db.query<{ id: string | null; role: string }>(WHO)).rows[0];

beforeAll(() =>
  database.session((s) =>
    s.batch(`CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0,
      CONSTRAINT later UNIQUE (n) DEFERRABLE INITIALLY DEFERRED); INSERT INTO t VALUES (1, 1), (2, 2); GRANT ALL ON t TO PUBLIC`),
  ),
);

/** After it: the pool's one connection is nobody, in no transaction, and works. */
async function nobody(db: Pool): Promise<void> {
  const self = database.target().user;
  expect(await who(db)).toMatchObject({ role: self });
  expect((await who(db))?.id ?? '').toBe('');
  const { rows } = await db.query(
    `SELECT now() = statement_timestamp() AS alone, current_setting('statement_timeout') AS t`,
  );
  expect(rows).toEqual([{ alone: true, t: '0' }]);
}

describe('identity', () => {
  test('holds in the transaction and ends with it', async () => {
    const db = pool({ size: ONE });
    const seen = await withActor(db, { userId: 42, role: ROLE }, who);
    expect(seen).toEqual({ id: '42', role: ROLE });
    await nobody(db);
    expect(await withActor(db, { userId: null }, who)).toMatchObject({ id: '', role: database.target().user });
  });

  test('names and values cannot break out', async () => {
    const db = pool({ size: ONE });
    const userId = `1'; DROP TABLE t; --\\`;
    expect(await withActor(db, { userId, settings: { 'app.tenant': "x'y" } }, who)).toMatchObject({ id: userId });
    const role = 'no "such" role';
    await expect(withActor(db, { userId: 1, role }, who)).rejects.toThrow(`role "${role}" does not exist`);
    await nobody(db);
  });

  test('costs the round trips of BEGIN and COMMIT, no more', async () => {
    const texts: string[] = [];
    const db = pool({ size: ONE, onQuery: ({ text }) => texts.push(text) });
    await withActor(db, { userId: 42, role: ROLE }, (tx) => tx.query('SELECT 1'), { statementTimeout: 500 });
    expect(texts).toEqual([
      `BEGIN; SET LOCAL statement_timeout = ?; SET LOCAL "app"."user_id" = ?; SET LOCAL ROLE "${ROLE}"`,
      'SELECT ?',
      expect.stringMatching(
        /^COMMIT; RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP(; SET \w+ = \?){2}$/,
      ),
    ]);
  });
});

describe('nothing leaks', () => {
  const cases: readonly (readonly [string, (tx: Queryable) => Promise<unknown>, RegExp])[] = [
    ['an error of the work', () => Promise.reject(new Error('mine')), /mine/],
    ['a failed statement', (tx) => tx.query('SELECT 1 / 0'), /division by zero/],
    ['a statement timeout', (tx) => tx.query('SELECT pg_sleep(5)'), /statement timeout/],
    ['a constraint that is checked at COMMIT', (tx) => tx.query('UPDATE t SET n = 2 WHERE id = 1'), /later/],
    ['a setting of the session', (tx) => tx.query(`SET app.user_id = '7'; SET ROLE ${ROLE}; SELECT 1 / 0`), /division/],
  ];
  test.each(cases)('%s', async (_, work, message) => {
    const db = pool({ size: ONE });
    await expect(
      withActor(db, { userId: 42, role: 'pg_write_all_data' }, work, { statementTimeout: 100 }),
    ).rejects.toThrow(message);
    await nobody(db);
    expect((await db.query('SELECT n FROM t ORDER BY id')).rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test('a SET of the session in a transaction that succeeds', async () => {
    const db = pool({ size: ONE });
    await withActor(db, { userId: 42 }, (tx) => tx.query(`SET app.user_id = '7'; SET ROLE ${ROLE}`));
    await nobody(db);
  });

  test('settings of the session, whose ever, and temporary tables; not what the connection began with', async () => {
    const connectionString = `${targetUrl(database.target())}${targetUrl(database.target()).includes('?') ? '&' : '?'}options=${encodeURIComponent('-c work_mem=7MB -c TimeZone=Asia/Tokyo')}`;
    const db = pool({ size: ONE, connectionString, applicationName: 'mine' });
    const seen = async () => {
      const names = ['app.user_id', 'app.tenant', 'search_path', 'statement_timeout', 'work_mem', 'TimeZone'];
      const more = [
        'application_name',
        'client_encoding',
        'default_transaction_read_only',
        'role',
        'session_authorization',
      ];
      const fields = [...names, ...more].map((name) => `nullif(current_setting('${name}', true), '') AS "${name}"`);
      return (await db.query(`SELECT ${fields}, current_user, to_regclass('pg_temp.mine') AS temp`)).rows[0];
    };
    const before = await seen();
    expect(before).toMatchObject({ work_mem: '7MB', TimeZone: 'Asia/Tokyo', application_name: 'mine', temp: null });
    const settings = `SET app.user_id = '42'; SET app.tenant = '7'; SET search_path = pg_catalog; SET statement_timeout = 77777;
      SET work_mem = '9MB'; SET TIME ZONE 'Europe/Rome'; SET application_name = 'his'; SET client_encoding = LATIN1;
      SET default_transaction_read_only = on; CREATE TEMP TABLE mine (n integer)`;
    await withTransaction(db, (tx) => tx.query(`${settings}; SET ROLE ${ROLE}`));
    expect(await seen()).toEqual(before);
    await withActor(db, { userId: 1, role: ROLE }, (tx) => tx.query(`SELECT set_config('app.tenant', '7', false)`));
    expect(await seen()).toEqual(before);
    await withTransaction(db, (tx) => tx.query(`SET SESSION AUTHORIZATION ${ROLE}; SET app.tenant = '7'`));
    expect(await seen()).toEqual(before);
  });

  test('a query cancelled from outside', async () => {
    const db = pool({ size: ONE });
    const cancelled = withActor(db, { userId: 42, role: ROLE }, async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const sleeping = tx.query('SELECT pg_sleep(30)');
      setTimeout(() => database.session((s) => s.query('SELECT pg_cancel_backend($1)', [rows[0]?.pid])), 50);
      await sleeping;
    });
    await expect(cancelled).rejects.toMatchObject({ code: '57014' });
    await nobody(db);
  });

  test('a connection that breaks in the middle is not lent again', async () => {
    const db = pool({ size: ONE });
    const broken = withActor(db, { userId: 42, role: ROLE }, async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await database.session((s) => s.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]));
      await tx.query('SELECT 1');
    });
    await expect(broken).rejects.toThrow();
    await nobody(db);
  });

  test('a query after the end does not run as the next user', async () => {
    const db = pool({ size: ONE });
    let kept: Queryable | undefined;
    await withActor(db, { userId: 42 }, async (tx) => {
      kept = tx;
    });
    await expect(kept?.query('SELECT 1')).rejects.toBeInstanceOf(TransactionEndedError);
  });

  test('a COMMIT inside the work stops it: what follows would run as nobody', async () => {
    const db = pool({ size: ONE });
    const self = withActor(db, { userId: 42, role: ROLE }, async (tx) => {
      await tx.query('COMMIT');
      await tx.query('DELETE FROM t');
    });
    await expect(self).rejects.toBeInstanceOf(TransactionEndedError);
    await expect(withActor(db, { userId: 42 }, (tx) => tx.query('ROLLBACK'))).rejects.toBeInstanceOf(
      TransactionEndedError,
    );
    await nobody(db);
    expect((await db.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 2 }]);
  });

  test.each([
    'COMMIT AND CHAIN',
    'ROLLBACK AND NO CHAIN; BEGIN',
    'ROLLBACK; BEGIN',
    'SELECT 1; END; START TRANSACTION; SELECT 2',
    'SAVEPOINT a; ROLLBACK TO a; /* it ends */ ABORT WORK; BEGIN',
    'COMMIT; BEGIN; SAVEPOINT a; SELECT 1 / 0',
  ])('%s stops it too, although a transaction is open: it would be nobody’s', async (text) => {
    const db = pool({ size: ONE });
    const pid = async () => (await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    const before = await pid();
    let reached = false;
    const self = withActor(db, { userId: 42, role: ROLE }, async (tx) => {
      await tx.query(text).catch(() => undefined);
      await tx.query('ROLLBACK TO a').catch(() => undefined);
      await tx.query('DELETE FROM t').then(
        () => (reached = true),
        () => undefined,
      );
    });
    await expect(self).rejects.toBeInstanceOf(TransactionEndedError);
    expect(reached).toBe(false);
    expect(await pid()).not.toBe(before);
    await nobody(db);
  });

  test('one that was not awaited is told as well', async () => {
    const db = pool({ size: ONE });
    const self = withActor(db, { userId: 42 }, async (tx) => {
      tx.query('COMMIT AND CHAIN').catch(() => undefined);
    });
    await expect(self).rejects.toBeInstanceOf(TransactionEndedError);
    await nobody(db);
  });

  test('savepoints, prepared statements and functions with a body end nothing', async () => {
    const db = pool({ size: ONE });
    const seen = await withActor(db, { userId: 42, role: ROLE }, async (tx) => {
      await tx.query('SAVEPOINT a');
      await tx.query("SELECT '; COMMIT' / 0").catch(() => undefined);
      await tx.query('/* COMMIT; */ ROLLBACK TO SAVEPOINT a');
      await tx.query('ROLLBACK WORK TO a; RELEASE a; PREPARE one AS SELECT 1; DEALLOCATE one');
      const body = 'CREATE FUNCTION t() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END';
      await tx.query('SAVEPOINT b');
      await expect(tx.query(body)).rejects.toMatchObject({ code: '42501' });
      await tx.query('ROLLBACK TO b');
      return who(tx);
    });
    expect(seen).toEqual({ id: '42', role: ROLE });
    await nobody(db);
  });

  test('a failure that the work swallowed, or did not wait for, is told: nothing was stored', async () => {
    const db = pool({ size: ONE });
    const swallowing = withActor(db, { userId: 42 }, async (tx) => {
      await tx.query('INSERT INTO t VALUES (3, 3)');
      await tx.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toBeInstanceOf(NotCommittedError);
    const forgetting = withActor(db, { userId: 42 }, async (tx) => {
      await tx.query('INSERT INTO t VALUES (3, 3)');
      tx.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(forgetting).rejects.toBeInstanceOf(NotCommittedError);
    await nobody(db);
    expect((await db.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 2 }]);
  });

  test('two hundred users at once, half of them failing, on three connections', async () => {
    const db = pool({ size: { size: 2, overflow: 1 } });
    const seen = await Promise.all(
      Array.from({ length: 200 }, (_, userId) =>
        withActor(db, userId % 3 === 0 ? { userId } : { userId, role: ROLE }, async (tx) => {
          const first = await who(tx);
          if (userId % 4 === 1) throw new Error('mine');
          if (userId % 4 === 2) await tx.query('SELECT 1 / 0');
          const second = await who(tx);
          return [first?.id, second?.id, second?.role];
        }).catch(() => null),
      ),
    );
    for (const [userId, result] of seen.entries()) {
      const role = userId % 3 === 0 ? database.target().user : ROLE;
      expect(result).toEqual(userId % 4 === 1 || userId % 4 === 2 ? null : [String(userId), String(userId), role]);
    }
    for (let n = 0; n < 3; n += 1) await nobody(db);
  });
});

/** Whoever calls it waits until `count` have called it; from then on nobody waits. */
function meeting(count: number): () => Promise<void> {
  let open = (): void => undefined;
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  let came = 0;
  return () => {
    came += 1;
    if (came >= count) open();
    return all;
  };
}

describe('conflicts', () => {
  test('a serialization failure runs the whole work again', async () => {
    const db = pool();
    await db.query('CREATE TABLE IF NOT EXISTS counter (n int); TRUNCATE counter; INSERT INTO counter VALUES (0)');
    let runs = 0;
    const together = meeting(4);
    const raise = () =>
      withTransaction(
        db,
        async (tx) => {
          runs += 1;
          const { rows } = await tx.query<{ n: number }>('SELECT n FROM counter');
          await together();
          await tx.query('UPDATE counter SET n = $1', [(rows[0]?.n ?? 0) + 1]);
        },
        { isolation: 'serializable', retries: 50 },
      );
    await Promise.all([raise(), raise(), raise(), raise()]);
    expect((await db.query('SELECT n FROM counter')).rows).toEqual([{ n: 4 }]);
    expect(runs).toBeGreaterThan(4);
  });

  test('a deadlock too; without retries both errors are seen', async () => {
    const db = pool();
    await db.query('CREATE TABLE IF NOT EXISTS two (id int PRIMARY KEY, n int); INSERT INTO two VALUES (1, 0), (2, 0)');
    const cross = (a: number, b: number, retries: number, together: () => Promise<void>) =>
      withTransaction(
        db,
        async (tx) => {
          await tx.query(`SET LOCAL deadlock_timeout = '20ms'`);
          await tx.query('UPDATE two SET n = n + 1 WHERE id = $1', [a]);
          await together();
          await tx.query('UPDATE two SET n = n + 1 WHERE id = $1', [b]);
        },
        { retries },
      );
    const once = meeting(2);
    const bare = await Promise.allSettled([cross(1, 2, 0, once), cross(2, 1, 0, once)]);
    expect(bare.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: '40P01' } }]);
    const again = meeting(2);
    await Promise.all([cross(1, 2, 5, again), cross(2, 1, 5, again)]);
    expect((await db.query('SELECT n FROM two ORDER BY id')).rows).toEqual([{ n: 3 }, { n: 3 }]);
  });

  test('the budget ends it, and other errors are not run again', async () => {
    const db = pool({ size: ONE });
    let runs = 0;
    const failing = (code: string, options: object) =>
      withTransaction(
        db,
        async (tx) => {
          runs += 1;
          await tx.query(`DO $$ BEGIN RAISE 'x' USING ERRCODE = '${code}'; END $$`);
        },
        options,
      ).catch((thrown: { code: string }) => thrown.code);
    expect(await failing('40001', { retries: 2 })).toBe('40001');
    expect(runs).toBe(3);
    expect(await failing('40001', { retryBudget: 0 })).toBe('40001');
    expect(runs).toBeLessThanOrEqual(5);
    runs = 0;
    expect(await failing('23505', {})).toBe('23505');
    expect(runs).toBe(1);
  });

  test('a conflict behind errors of the application is one, unless the work had ended the transaction', async () => {
    const db = pool({ size: ONE });
    const fails = `DO $$ BEGIN RAISE 'x' USING ERRCODE = '40001'; END $$`;
    const runs = async (wrap: (cause: unknown) => unknown, text = fails): Promise<number> => {
      let count = 0;
      const work = async (tx: Queryable): Promise<void> => {
        count += 1;
        await tx.query(text).catch((thrown: unknown) => {
          throw wrap(thrown);
        });
      };
      await withTransaction(db, work, { retries: 2 }).catch(() => undefined);
      return count;
    };
    const wrapped = (cause: unknown) => new Error('repository failed', { cause });
    expect(await runs(wrapped)).toBe(3);
    expect(await runs((cause) => wrapped(wrapped(cause)))).toBe(3);
    expect(await runs(() => wrapped(undefined))).toBe(1);
    const circle = wrapped(undefined);
    circle.cause = circle;
    expect(await runs(() => circle)).toBe(1);
    expect(await runs((thrown) => thrown, `COMMIT; BEGIN; ${fails}`)).toBe(1);
    expect(await runs(wrapped, `COMMIT; BEGIN; ${fails}`)).toBe(1);
  });

  test('a shutdown between two runs does not hide the conflict', async () => {
    const db = pool({ size: ONE });
    let closed: Promise<unknown> | undefined;
    const losing = withTransaction(db, async (tx) => {
      closed ??= db.shutdown({ grace: 5_000 });
      await tx.query(`DO $$ BEGIN RAISE 'x' USING ERRCODE = '40001'; END $$`);
    });
    await expect(losing).rejects.toMatchObject({ code: '40001' });
    expect(await closed).toEqual({ forced: 0 });
    await expect(withTransaction(db, who)).rejects.toThrow('the pool is shut down');
  });

  test('read-only means it', async () => {
    await expect(withTransaction(pool(), (tx) => tx.query('DELETE FROM t'), { readOnly: true })).rejects.toMatchObject({
      code: '25006',
    });
    await expect(withTransaction(pool(), who, { statementTimeout: -1 })).rejects.toThrow('not milliseconds: -1');
  });
});

describe('streams of pg', () => {
  /** Whatever has submit(): COPY, a cursor, a query stream. The types know texts only, as those of other drivers do. */
  const streamed = <Stream>(tx: Queryable, stream: Stream): Promise<Stream> =>
    tx.query(stream as never) as unknown as Promise<Stream>;

  test('run as the user, and leave nobody behind', async () => {
    const db = pool({ size: ONE });
    const read = await withActor(db, { userId: 7, role: ROLE }, async (tx) => {
      const chunks: Buffer[] = [];
      const text = `COPY (SELECT current_setting('app.user_id'), current_user FROM generate_series(1, 3)) TO STDOUT`;
      for await (const chunk of await streamed(tx, copyTo(text))) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    });
    expect(read).toBe(`7\t${ROLE}\n`.repeat(3));
    await nobody(db);
  });

  test('are undone with the transaction, and one that fails leaves nobody behind', async () => {
    const db = pool({ size: ONE });
    const copy = (rows: string) =>
      withActor(db, { userId: 7 }, async (tx) => {
        const stream: Writable = await streamed(tx, copyFrom('COPY t (id, n) FROM STDIN'));
        await pipeline(Readable.from([rows]), stream);
        throw new Error('no');
      });
    await expect(copy('71\t71\n')).rejects.toThrow('no');
    await expect(copy('72\tx\n')).rejects.toMatchObject({ code: '22P02' });
    await nobody(db);
    expect((await db.query('SELECT FROM t WHERE id > 70')).rowCount).toBe(0);
  });
});
