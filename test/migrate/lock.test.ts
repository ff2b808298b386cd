/** Two runs at once: by the advisory lock, by the lease, beside CREATE INDEX CONCURRENTLY, and twenty at a time. */
import { expect, test } from 'vitest';
import { advisoryKey } from '../../src/pg/lock.ts';
import { strata } from '../support/project.ts';
import { appliedVersions, tableMigration, tables, three, withShop } from './harness.ts';

const ADVISORY = { mode: 'advisory', wait: 0, lease: 5000 } as const;
const LEASE = { mode: 'lease', wait: 0, lease: 600 } as const;

test('a held lock names its holder', () =>
  withShop(three(), async (shop) => {
    await shop.session(async (other) => {
      const key = advisoryKey('strata', shop.target.database, 'public', 'schema_migrations');
      await other.query(`SET application_name = 'deploy of Tuesday'`);
      await other.query(`SELECT pg_advisory_lock(${key})`);
      const error = await shop.fails('up', {}, { config: { lock: ADVISORY } });
      expect(error).toMatchObject({ code: 'LOCK_HELD', exit: 4 });
      expect(error.more.detail).toMatch(
        new RegExp(
          `pid ${other.pid}, user ${shop.target.user}, application deploy of Tuesday, client \\S+, since \\d{4}-.*SELECT pg_advisory_lock`,
        ),
      );
      expect(error.more.hint).toContain(`pg_terminate_backend(${other.pid})`);
      expect(await tables(shop)).toEqual([]);

      const waiting = shop.call('up', {}, { config: { lock: { ...ADVISORY, wait: 10_000 } } });
      await expect.poll(() => shop.notes().join()).toContain('waiting up to 10000 ms for the lock');
      await other.query(`SELECT pg_advisory_unlock(${key})`);
      expect((await waiting).ok).toBe(true);
    });
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
  }));

test('Ctrl-C ends the waiting', () =>
  withShop(three(), async (shop) => {
    await shop.session(async (other) => {
      await other.query(
        `SELECT pg_advisory_lock(${advisoryKey('strata', shop.target.database, 'public', 'schema_migrations')})`,
      );
      const stop = new AbortController();
      const more = { config: { lock: { ...ADVISORY, wait: 60_000 } }, runtime: { signal: stop.signal } };
      const waiting = shop.fails('up', {}, more);
      await expect.poll(() => shop.notes().length).toBe(1);
      stop.abort();
      expect((await waiting).code).toBe('RUN_INTERRUPTED');
    });
  }));

test('two histories in one database do not wait for each other', () =>
  withShop(three(), async (shop) => {
    await shop.session(async (other) => {
      await other.query(
        `SELECT pg_advisory_lock(${advisoryKey('strata', shop.target.database, 'public', 'schema_migrations')})`,
      );
      await shop.call('up', {}, { config: { lock: ADVISORY, history: { schema: 'other', table: 'h' } } });
    });
  }));

test('a run waits beside CREATE INDEX CONCURRENTLY of another without a deadlock (fault 2)', () =>
  withShop(
    {
      ...three(),
      'migrations/004_index.sql':
        '-- strata: no-transaction\n-- Up Migration\nCREATE INDEX CONCURRENTLY users_idx ON users (id);\n-- Down Migration\n',
    },
    async (shop) => {
      await shop.call('up', { to: '003' });
      await shop.session(async (old) => {
        // An old snapshot keeps the build waiting, with the migration lock held, while the second run asks for the lock.
        await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await old.query('SELECT 1 FROM subjects');
        await old.query('SELECT 1 FROM users');
        const first = shop.call('up');
        await expect
          .poll(() => shop.query('SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()'))
          .toHaveLength(1);
        const second = shop.call('up', {}, { config: { lock: { ...ADVISORY, wait: 20_000 } } });
        await expect.poll(() => shop.notes().join()).toContain('waiting up to 20000 ms');
        // Longer than deadlock_timeout (1 s).
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await old.query('COMMIT');
        expect([(await first).ok, (await second).ok]).toEqual([true, true]);
      });
      expect(
        await shop.query("SELECT FROM pg_index WHERE indexrelid = 'users_idx'::regclass AND indisvalid"),
      ).toHaveLength(1);
    },
  ));

test('a lease is held, named, renewed, released', () =>
  withShop({ ...three(), 'migrations/004_slow.sql': '-- Up Migration\nSELECT pg_sleep(1.5);\n' }, async (shop) => {
    const first = shop.call('up', {}, { config: { lock: LEASE } });
    await expect
      .poll(() =>
        shop.query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"),
      )
      .toHaveLength(1);
    // Longer than the lease lives without renewal.
    await new Promise((resolve) => setTimeout(resolve, 800));
    const error = await shop.fails('up', {}, { config: { lock: LEASE } });
    expect(error).toMatchObject({ code: 'LOCK_HELD', exit: 4 });
    expect(error.more.detail).toMatch(new RegExp(`held by user ${shop.target.user}, application strata \\d+@`));
    expect((await first).ok).toBe(true);
    expect(await shop.query('SELECT FROM schema_migrations_lock')).toHaveLength(0);
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003', '004']);
  }));

test('a stale lease is taken over', () =>
  withShop(three(), async (shop) => {
    await shop.call('up', { to: '001' }, { config: { lock: LEASE } });
    await shop.query(
      "INSERT INTO schema_migrations_lock (token, holder, application, expires_at) VALUES ('dead', 'bob', 'x', now() - interval '1 s')",
    );
    await shop.call('up', {}, { config: { lock: LEASE } });
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
  }));

test('a run whose lease was taken over stops before it commits', () =>
  withShop(
    { ...three(), 'migrations/004_slow.sql': '-- Up Migration\nCREATE TABLE slow ();\nSELECT pg_sleep(1);\n' },
    async (shop) => {
      const first = shop.fails('up', {}, { config: { lock: { ...LEASE, lease: 60_000 } } });
      await expect
        .poll(() =>
          shop.query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"),
        )
        .toHaveLength(1);
      await shop.query("UPDATE schema_migrations_lock SET token = 'thief'");
      const error = await first;
      expect(error).toMatchObject({ code: 'LOCK_LOST', exit: 5 });
      expect(error.more.detail).toContain('state: 004_slow was rolled back; before it');
      expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
      expect(await tables(shop)).not.toContain('slow');
      expect(await shop.query('SELECT token FROM schema_migrations_lock')).toEqual([{ token: 'thief' }]);
    },
  ));

test('a migration that lets every advisory lock go is noticed', () =>
  withShop({ 'migrations/001_a.sql': '-- Up Migration\nSELECT pg_advisory_unlock_all();\n' }, async (shop) => {
    await shop.call('up');
    expect(shop.notes().join()).toContain('released the migration lock');
  }));

for (const mode of ['advisory', 'lease'] as const) {
  test(`20 processes race for the ${mode} lock: each migration exactly once`, { timeout: 120_000 }, () =>
    withShop(
      Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`migrations/00${i + 1}_t.sql`, tableMigration(`t${i}`)])),
      async (shop) => {
        shop.write({ 'strata.config.json': JSON.stringify({ lock: { mode, wait: 100_000 } }) });
        const runs = await Promise.all(
          Array.from({ length: 20 }, () => strata(['up', '--json'], { cwd: shop.root, target: shop.target })),
        );
        expect(runs.map(({ status, stderr }) => (status === 0 ? 0 : stderr))).toEqual(Array(20).fill(0));
        const done = runs.flatMap(
          ({ stdout }) => (JSON.parse(stdout) as { data: { results: { version: string }[] } }).data.results,
        );
        expect(done.map(({ version }) => version).sort()).toEqual(['001', '002', '003', '004', '005', '006']);
        const journal = await shop.query(
          "SELECT version FROM schema_migrations_journal WHERE event = 'applied' ORDER BY id",
        );
        expect(journal.map((row) => row.version)).toEqual(['001', '002', '003', '004', '005', '006']);
      },
    ),
  );
}
