/**
 * withActor through a transaction-pooling proxy: many clients, two connections to the server, and nobody is ever taken
 * for somebody else. The table shows each user his own row only, so a leak is seen as data and not just as a setting.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ident } from '../../src/base/ident.ts';
import { targetUrl } from '../../src/base/target.ts';
import {
  createPool,
  type Pool,
  type PoolOptions,
  type Queryable,
  withActor,
  withTransaction,
} from '../../src/client/index.ts';
import { useDatabase } from '../support/database.ts';
import { type Bouncer, describeBehindPgbouncer, withPgbouncer } from '../support/pgbouncer.ts';
import { proxyTo } from './proxy.ts';

const database = useDatabase();
const ROLE = `app_${process.pid}`;
const USERS = 40;
const made: Pool[] = [];

beforeAll(() =>
  database.session((s) =>
    s.batch(`
      CREATE FUNCTION me() RETURNS integer STABLE RETURN nullif(current_setting('app.user_id', true), '')::integer;
      CREATE TABLE notes (owner integer PRIMARY KEY, changes integer NOT NULL DEFAULT 0);
      INSERT INTO notes SELECT generate_series(1, ${USERS});
      ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON notes USING (owner = me());
      CREATE ROLE ${ROLE};
      GRANT ALL ON notes TO ${ROLE};`),
  ),
);

afterEach(async () => {
  for (const pool of made.splice(0)) await pool.shutdown({ grace: 0 }).catch(() => undefined);
  await database.session((s) => s.batch('UPDATE notes SET changes = 0'));
});

afterAll(() => database.session((s) => s.batch(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`)));

interface Seen {
  readonly pid: number;
  readonly me: number | null;
  readonly role: string;
  readonly owners: readonly number[];
}

const SEEN = `SELECT pg_backend_pid() AS pid, me(), current_user::text AS role, array(SELECT owner FROM notes ORDER BY 1) AS owners`;
const seen = async (db: Queryable): Promise<Seen> => {
  const { rows } = await db.query<Seen>(SEEN);
  if (!rows[0]) throw new Error('no row');
  return rows[0];
};

function poolOf(bouncer: Bouncer, options: PoolOptions = {}): Pool {
  const pool = createPool({ connectionString: targetUrl(bouncer.target), size: { size: 20, overflow: 0 }, ...options });
  made.push(pool);
  return pool;
}

/** Both connections to the server, held at the same time: each is nobody, in no transaction. */
async function everybodyIsNobody(db: Pool): Promise<void> {
  const self = database.target().user;
  const together = meeting(2);
  const both = await Promise.all(
    [0, 1].map(() =>
      // Looks before it washes.
      withTransaction(db, async (tx) => {
        const one = await seen(tx);
        await together();
        return one;
      }),
    ),
  );
  expect(new Set(both.map(({ pid }) => pid)).size).toBe(2);
  for (const one of both) expect(one).toMatchObject({ me: null, role: self });
  const bare = await Promise.all(Array.from({ length: 8 }, () => seen(db)));
  for (const one of bare) expect(one).toMatchObject({ me: null, role: self });
  const anonymous = await withActor(db, { userId: null, role: ROLE }, seen);
  expect(anonymous).toMatchObject({ me: null, role: ROLE, owners: [] });
}

/** What each of so many callers waits for: that all have come. Inside transactions: each has a connection of its own. */
function meeting(callers: number): () => Promise<void> {
  let open: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  let come = 0;
  return () => {
    come += 1;
    if (come === callers) open();
    return all;
  };
}

const own = (userId: number) => ({ me: userId, role: ROLE, owners: [userId] });

describeBehindPgbouncer('withActor behind pgbouncer', () => {
  test('interleaved transactions on two connections see their own user, and change only his rows', () =>
    withPgbouncer({ target: database.target() }, async (bouncer) => {
      const db = poolOf(bouncer);
      const pids = new Set<number>();
      const work = async (userId: number, run: number): Promise<void> => {
        const actor = { userId, role: ROLE };
        for (const one of await withActor(db, actor, async (tx) => {
          const first = await seen(tx);
          // Between two statements of one transaction: where a proxy that mixed them up would do it.
          await new Promise((resolve) => setTimeout(resolve, (userId * 7 + run) % 5));
          await tx.query('UPDATE notes SET changes = changes + 1');
          return [first, await seen(tx)];
        })) {
          pids.add(one.pid);
          expect(one).toMatchObject(own(userId));
        }
      };
      const all = Array.from({ length: USERS * 3 }, (_, n) => work((n % USERS) + 1, n));
      await Promise.all(all);
      expect(pids.size).toBe(2);
      const { rows } = await db.query('SELECT DISTINCT changes FROM notes');
      expect(rows).toEqual([{ changes: 3 }]);
      await everybodyIsNobody(db);
    }));

  test('after errors of the work, of a statement, of a COMMIT, and settings of the session', () =>
    withPgbouncer({ target: database.target() }, async (bouncer) => {
      const db = poolOf(bouncer);
      await database.session((s) =>
        s.batch(
          `CREATE TABLE late (n integer, UNIQUE (n) DEFERRABLE INITIALLY DEFERRED); GRANT ALL ON late TO ${ROLE}`,
        ),
      );
      const faults: readonly ((tx: Queryable) => Promise<unknown>)[] = [
        () => Promise.reject(new Error('mine')),
        (tx) => tx.query('SELECT 1 / 0'),
        (tx) => tx.query('INSERT INTO late VALUES (1), (1)'),
        (tx) => tx.query("SET app.user_id = '99'; SET ROLE pg_read_all_data; SELECT 1 / 0"),
        (tx) => tx.query("SET app.user_id = '99'; SET SESSION ROLE pg_read_all_data"),
        (tx) => tx.query('SELECT 1 / 0').catch(() => undefined),
      ];
      const results = await Promise.allSettled(
        Array.from({ length: USERS }, (_, n) => withActor(db, { userId: n + 1, role: ROLE }, faults[n % 6] ?? seen)),
      );
      expect(results.map(({ status }, n) => (status === 'fulfilled' ? n % 6 : 'failed'))).toEqual(
        Array.from({ length: USERS }, (_, n) => (n % 6 === 4 ? 4 : 'failed')),
      );
      await everybodyIsNobody(db);
    }));

  test('settings and temporary tables of a work are gone on both connections, and what the proxy holds for us is there', () =>
    withPgbouncer({ target: database.target() }, async (bouncer) => {
      // What a connection of the proxy's own goes back to.
      const name = ident(database.target().database);
      await database.session((s) =>
        s.batch(
          `ALTER DATABASE ${name} SET client_encoding = 'LATIN1'; ALTER DATABASE ${name} SET application_name = 'default'`,
        ),
      );
      const db = poolOf(bouncer, { applicationName: 'mine' });
      const together = meeting(2);
      const leaving = async () =>
        withTransaction(db, async (tx) => {
          await tx.query(`SET app.user_id = '42'; SET search_path = pg_catalog, public; SET statement_timeout = 77777`);
          await tx.query(`CREATE TEMP TABLE mine (n integer); SET application_name = 'his'; SET ROLE ${ROLE}`);
          await together();
        });
      await Promise.all([leaving(), leaving()]);
      const facts = `SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS timeout,
        current_setting('application_name') AS name, current_setting('client_encoding') AS encoding, 'Ž' AS letter,
        to_regclass('pg_temp.mine') AS temp`;
      for (const { rows } of await Promise.all(Array.from({ length: 8 }, () => db.query(facts)))) {
        const own = { name: 'mine', encoding: 'UTF8', letter: 'Ž' };
        expect(rows).toEqual([{ path: '"$user", public', timeout: '0', temp: null, ...own }]);
      }
      await everybodyIsNobody(db);
      await database.session((s) => s.batch(`ALTER DATABASE ${name} RESET ALL`));
    }));

  test('after cancelled queries: by the server, by a timeout, by a shutdown', () =>
    withPgbouncer({ target: database.target() }, async (bouncer) => {
      const db = poolOf(bouncer);
      const leaving = poolOf(bouncer);
      const sleeping = (pool: Pool, userId: number, statementTimeout?: number) =>
        withActor(pool, { userId, role: ROLE }, (tx) => tx.query('SELECT pg_sleep(60)'), {
          ...(statementTimeout === undefined ? {} : { statementTimeout }),
        }).catch((thrown: { code?: string }) => thrown.code);
      expect(await sleeping(db, 1, 50)).toBe('57014');

      const cancelled = sleeping(db, 2);
      await untilAsleep(1);
      await database.session((s) =>
        s.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${ASLEEP}`, [database.target().database]),
      );
      expect(await cancelled).toBe('57014');

      const cut = [sleeping(leaving, 3), sleeping(leaving, 4)];
      await untilAsleep(2);
      expect(await leaving.shutdown({ grace: 0 })).toEqual({ forced: 2 });
      expect(await Promise.all(cut)).toEqual(['57014', '57014']);
      await everybodyIsNobody(db);
    }));

  test('a client that dies in the middle of its transaction leaves neither its identity nor its change', () =>
    withPgbouncer({ target: database.target() }, async (bouncer) => {
      const db = poolOf(bouncer);
      const client = await db.connect();
      await client.query(`BEGIN; SET LOCAL app.user_id = '5'; SET LOCAL ROLE ${ROLE}`);
      await client.query('UPDATE notes SET changes = 9');
      client.release(true);
      await everybodyIsNobody(db);
      expect((await db.query('SELECT owner FROM notes WHERE changes <> 0')).rows).toEqual([]);
    }));
});

describeBehindPgbouncer('shutdown over TLS', () => {
  test('cancels what is under way by a request over TLS', () =>
    withPgbouncer({ target: database.target(), tls: 'require' }, async (bouncer) => {
      const proxy = await proxyTo(bouncer.target);
      const url = new URL(targetUrl(proxy.target));
      url.search = '?sslmode=no-verify';
      const pool = poolOf(bouncer, { connectionString: url.href });
      const cut = pool.query('SELECT pg_sleep(60)').catch((thrown: { code?: string }) => thrown.code);
      await untilAsleep(1);
      expect(await pool.shutdown({ grace: 0 })).toEqual({ forced: 1 });
      expect(await cut).toBe('57014');
      // Two connections, and behind the eight bytes that ask for TLS nothing can be read.
      const encrypted = proxy.sent().map((bytes) => bytes.subarray(8, 10).toString('hex'));
      expect(encrypted).toEqual(['1603', '1603']);
      await proxy.close();
    }));
});

const ASLEEP = `datname = $1 AND query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()`;

/** A condition, no pause: a loaded machine may take its time. */
async function untilAsleep(count: number): Promise<void> {
  for (;;) {
    const rows = await database.session((s) =>
      s.query(`SELECT pid FROM pg_stat_activity WHERE ${ASLEEP}`, [database.target().database]),
    );
    if (rows.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
