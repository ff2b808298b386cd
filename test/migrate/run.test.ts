/** What a run says when it fails, and what it leaves. */
import { expect, test } from 'vitest';
import type { StepResult } from '../../src/migrate/execution.ts';
import { strata } from '../support/project.ts';
import { appliedVersions, QUICK, tableMigration, tables, three, withShop } from './harness.ts';

function lines(count: number): string {
  return Array.from({ length: count }, (_, i) => `CREATE TABLE t${i} (id int);\n`).join('');
}

test('a syntax error in line 40 of a 60-line file: the line, the statement, the state', () =>
  withShop(
    {
      ...three(),
      'migrations/004_broken.sql': `-- Up Migration\n${lines(38)}CREATE TABLE späße (id int, FEHLER FEHLER);\n${lines(19)}-- Down Migration\n`,
      'migrations/005_later.sql': tableMigration('later'),
    },
    async (shop) => {
      const error = await shop.fails('up');
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', exit: 5 });
      expect(error.message).toBe('migration 004_broken failed at statement 39 of 58: type "fehler" does not exist');
      expect(error.more.detail).toMatch(/^migrations\/004_broken\.sql:40:36\n/);
      expect(error.more.detail).toContain('SQLSTATE 42704');
      expect(error.more.detail).toContain(
        'state: 004_broken was rolled back; before it, 001_users, 002_subjects, 003_bookings were done and stay; 005_later not run',
      );
      expect(error.more.data).toMatchObject({
        results: [
          { version: '001', state: 'applied' },
          { version: '002', state: 'applied' },
          { version: '003', state: 'applied' },
          { version: '004', state: 'failed' },
          { version: '005', state: 'not_run', duration_ms: null },
        ],
      });
      expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
      expect(await tables(shop)).toEqual(['bookings', 'subjects', 'users']);
      const [failure] = await shop.query(
        "SELECT version, detail FROM schema_migrations_journal WHERE event = 'failed'",
      );
      expect(failure).toMatchObject({ version: '004', detail: 'type "fehler" does not exist' });
    },
  ));

test('a failure of the data names DETAIL, and a trigger function its place', () =>
  withShop(
    {
      'migrations/001_a.sql': `-- Up Migration
CREATE TABLE a (id int PRIMARY KEY);
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO a VALUES (1); RETURN 1; END $$;
SELECT f();
-- again
SELECT f();
`,
    },
    async (shop) => {
      const { message, more } = await shop.fails('up');
      expect(message).toContain('failed at statement 4 of 4: duplicate key value');
      expect(more.detail).toContain('DETAIL: Key (id)=(1) already exists.');
      expect(more.detail).toContain('WHERE: SQL statement "INSERT INTO a VALUES (1)"');
      expect(more.detail).toMatch(/^migrations\/001_a\.sql:6:/);
    },
  ));

test('a deferred constraint fails at the commit, and says so', () =>
  withShop(
    {
      'migrations/001_a.sql': `-- Up Migration
CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
INSERT INTO a VALUES (1, 2);
`,
    },
    async (shop) => {
      const { message } = await shop.fails('up');
      expect(message).toContain('001_a failed at its commit: insert or update on table "a" violates foreign key');
      expect(await tables(shop)).toEqual([]);
    },
  ));

test('a failing TypeScript builder call points to its line', () =>
  withShop(
    {
      'migrations/001_a.ts': `import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable('a', { id: 'id' });
  pgm.addColumns('nowhere', { x: { type: 'text' } });
}
`,
    },
    async (shop) => {
      const { message, more } = await shop.fails('up');
      expect(message).toContain('statement 2 of 2: relation "nowhere" does not exist');
      expect(more.detail).toMatch(/^migrations\/001_a\.ts:5:/);
    },
  ));

test('--single-transaction applies all or nothing, and refuses what cannot be part of it', () =>
  withShop({ ...three(), 'migrations/004_bad.sql': '-- Up Migration\nSELECT 1/0;\n' }, async (shop) => {
    const { more } = await shop.fails('up', { singleTransaction: true });
    expect(more.detail).toContain('everything was rolled back (one transaction for 4 migrations)');
    expect(await tables(shop)).toEqual([]);
    shop.write({
      'migrations/004_bad.sql':
        '-- strata: no-transaction\n-- Up Migration\nCREATE INDEX CONCURRENTLY i ON users (id);\n',
    });
    const refused = await shop.fails('up', { singleTransaction: true });
    expect(refused).toMatchObject({ code: 'SINGLE_TRANSACTION', exit: 6 });
    expect(await tables(shop)).toEqual([]);
    shop.remove('migrations/004_bad.sql');
    await shop.call('up', { singleTransaction: true });
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
    const xmins = await shop.query('SELECT DISTINCT xmin::text FROM schema_migrations WHERE snapshot_hash IS NULL');
    expect(xmins).toHaveLength(1);
  }));

test('a lock that does not come: who holds it, after a bounded number of attempts', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    shop.write({
      'migrations/004_col.sql': '-- Up Migration\nALTER TABLE users ADD COLUMN name text;\n-- Down Migration\n',
    });
    await shop.session(async (other) => {
      await other.query('BEGIN');
      await other.query('SELECT * FROM users');
      const error = await shop.fails('up', {}, { config: { timeouts: QUICK } });
      expect(error).toMatchObject({ code: 'LOCK_TIMEOUT', exit: 5 });
      expect(error.more.detail).toContain(`blocked by: pid ${other.pid} (user ${shop.target.user}`);
      expect(error.more.detail).toContain('idle in transaction');
      expect(error.more.hint).toContain(`pg_terminate_backend(${other.pid})`);
      expect(shop.notes().join('\n')).toContain('004_col: no lock within 150 ms; attempt 2 of 2 waits up to 300 ms');
      expect(shop.notes().join('\n')).toMatch(/004_col waits for pid \d+/);
    });
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
    await shop.call('up');
  }));

test('a held attempt gets the lock when it comes free', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    shop.write({
      'migrations/004_col.sql': '-- Up Migration\nALTER TABLE users ADD COLUMN name text;\n-- Down Migration\n',
    });
    await shop.session(async (other) => {
      await other.query('BEGIN');
      await other.query('SELECT * FROM users');
      const running = shop.call('up', {}, { config: { timeouts: { ...QUICK, lockHeld: 5000 } } });
      await expect.poll(() => shop.notes().join()).toContain('attempt 2 of 2');
      await other.query('COMMIT');
      expect((await running).ok).toBe(true);
    });
  }));

test('a statement timeout is the configured one', () =>
  withShop({ 'migrations/001_slow.sql': '-- Up Migration\nSELECT pg_sleep(30);\n' }, async (shop) => {
    const { message } = await shop.fails('up', {}, { config: { timeouts: { ...QUICK, statement: 100 } } });
    expect(message).toContain('canceling statement due to statement timeout');
  }));

test('Ctrl-C cancels the statement, rolls back, releases the lock, and says where things are', () =>
  withShop(
    { ...three(), 'migrations/004_slow.sql': '-- Up Migration\nCREATE TABLE slow ();\nSELECT pg_sleep(60);\n' },
    async (shop) => {
      const stop = new AbortController();
      const running = shop.fails('up', {}, { runtime: { signal: stop.signal } });
      await expect
        .poll(() =>
          shop.query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"),
        )
        .toHaveLength(1);
      const begun = performance.now();
      stop.abort();
      const error = await running;
      expect(performance.now() - begun).toBeLessThan(3000);
      expect(error).toMatchObject({ code: 'RUN_INTERRUPTED', exit: 5 });
      expect(error.message).toContain('interrupted in 004_slow at statement 2 of 2');
      expect(error.more.detail).toContain('state: 004_slow was rolled back');
      expect(await tables(shop)).toEqual(['bookings', 'subjects', 'users']);
      expect(
        await shop.query(
          "SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        ),
      ).toHaveLength(0);
    },
  ));

test('a killed connection: the history is asked, and the answer is told', () =>
  withShop(
    {
      'migrations/001_a.sql': tableMigration('a'),
      'migrations/002_slow.sql': '-- Up Migration\nSELECT pg_sleep(60);\n',
    },
    async (shop) => {
      const running = shop.fails('up');
      const sleeping = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
      await expect.poll(() => shop.query(sleeping)).toHaveLength(1);
      await shop.query(`SELECT pg_terminate_backend(pid) FROM (${sleeping}) AS s`);
      const error = await running;
      expect(error).toMatchObject({ code: 'CONNECTION_LOST', exit: 5 });
      expect(error.more.detail).toContain('state: 002_slow was rolled back; before it, 001_a was done and stays');
      expect((error.more.data as { results: StepResult[] }).results.map((r) => r.state)).toEqual(['applied', 'failed']);
    },
  ));

test('a read-only database is refused before anything, in both its forms', () =>
  withShop(three(), async (shop) => {
    await shop.query(
      `ALTER DATABASE "${shop.target.database.replaceAll('"', '""')}" SET default_transaction_read_only = on`,
    );
    const error = await shop.fails('up');
    expect(error).toMatchObject({ code: 'READ_ONLY', exit: 3 });
    const lease = { lock: { mode: 'lease', wait: 0, lease: 5000 } } as const;
    expect((await shop.fails('up', {}, { config: lease })).code).toBe('READ_ONLY');
    expect((await shop.call('status')).ok).toBe(true);
  }));

test('a role without rights on the history gets told which', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    const role = 'strata_test_poor';
    await shop.query(
      `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
    const poor = { ...shop.target, options: `-c role=${role}` };
    const error = await shop.fails('status', {}, { config: { target: poor } });
    expect(error.code).toBe('HISTORY_FOREIGN');
    expect(error.more.hint).toContain('GRANT SELECT');
  }));

test('notices of migrations reach the reader', () =>
  withShop(
    { 'migrations/001_n.sql': "-- Up Migration\nDO $$ BEGIN RAISE WARNING 'mind the gap'; END $$;\n" },
    async (shop) => {
      await shop.call('up');
      expect(shop.notes()).toContain('warning: mind the gap');
    },
  ));

test('names with apostrophes, quotes, spaces, unicode and 63 bytes pass', () =>
  withShop(
    {
      'migrations/001_it\'s a "täble".sql': `-- Up Migration\nCREATE TABLE "it's ""ä"" ${'x'.repeat(50)}" (id int);\n-- Down Migration\nDROP TABLE "it's ""ä"" ${'x'.repeat(50)}";\n`,
    },
    async (shop) => {
      await shop.call('up');
      const [row] = await shop.query('SELECT name, description FROM schema_migrations');
      expect(row).toEqual({ name: `001_it's a "täble"`, description: `it's a "täble"` });
      const down = await shop.call('down');
      expect(down.findings[0]?.subject).toContain(`"it's ""ä""`);
    },
  ));

test('Ctrl-C at the command line: told, rolled back, a status that is not success', () =>
  withShop({ ...three(), 'migrations/004_slow.sql': '-- Up Migration\nSELECT pg_sleep(60);\n' }, async (shop) => {
    const sleeping = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    let child: { kill: (signal: NodeJS.Signals) => unknown } | undefined;
    const running = strata(['up'], {
      cwd: shop.root,
      target: shop.target,
      onSpawn: (spawned) => {
        child = spawned;
      },
    });
    await expect.poll(() => shop.query(sleeping), { timeout: 50_000 }).toHaveLength(1);
    child?.kill('SIGINT');
    const { status, stderr } = await running;
    expect([5, 130]).toContain(status);
    expect(stderr).toContain('interrupted in 004_slow at statement 1 of 1');
    expect(stderr).toContain('state: 004_slow was rolled back');
    expect(await shop.query(sleeping)).toHaveLength(0);
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
  }));

test('a connection that breaks under a command that only reads is told as that', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.session(async (other) => {
      await other.query('BEGIN');
      await other.query('LOCK TABLE schema_migrations');
      const reading = shop.fails('status');
      const waiting =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      await expect.poll(() => shop.query(waiting)).toHaveLength(1);
      await shop.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS w`);
      expect(await reading).toMatchObject({ code: 'CONNECTION_LOST', exit: 5 });
    });
  }));
