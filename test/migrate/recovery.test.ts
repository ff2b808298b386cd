/** Migrations outside a transaction that stop in the middle, and how the next run goes on. */
import { expect, test } from 'vitest';
import { appliedVersions, QUICK, type Shop, tableMigration, tables, withShop } from './harness.ts';

const HEAD = '-- strata: no-transaction\n-- Up Migration\n';

function users(rows = '1, 2, 2'): Record<string, string> {
  const values = rows.split(', ').map((id) => `(${id})`);
  return {
    'migrations/001_users.sql': `-- Up Migration\nCREATE TABLE users (id int);\nINSERT INTO users VALUES ${values};\n-- Down Migration\nDROP TABLE users;\n`,
  };
}

async function journal(shop: Shop): Promise<string[]> {
  const rows = await shop.query(
    "SELECT event, statement FROM schema_migrations_journal WHERE version = '002' ORDER BY id",
  );
  return rows.map(({ event, statement }) => `${event} ${statement}`);
}

async function valid(shop: Shop, index: string): Promise<unknown> {
  const [row] = await shop.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('${index}')`);
  return row?.indisvalid;
}

test('a failure in the middle is journalled, told, and the next up goes on after it (fault 4)', () =>
  withShop(
    {
      ...users(),
      'migrations/002_steps.sql': `${HEAD}CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nSELECT 1 / count(*) FROM a WHERE id = 2;\nCREATE TABLE b (id int);\n-- Down Migration\nDROP TABLE a, b;\n`,
    },
    async (shop) => {
      const error = await shop.fails('up');
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', exit: 5 });
      expect(error.message).toContain('002_steps failed at statement 3 of 4: division by zero');
      expect(error.more.detail).toContain(
        'state: statements 1 to 2 of the 4 statements of 002_steps are done and recorded',
      );
      expect(error.more.hint).toContain('goes on at statement 3');
      const status = await shop.call('status');
      expect(status.ok).toBe(false);
      expect(status.data).toMatchObject({ migrations: [{ state: 'applied' }, { state: 'failed' }], current: '001' });
      expect(status.findings[0]?.message).toBe('up of 002_steps stopped after 2 of 4 statements: division by zero');
      expect((await shop.fails('down')).code).toBe('MIGRATION_UNFINISHED');
      expect((await shop.fails('up')).message).toContain('statement 3 of 4');
      await shop.query('INSERT INTO a VALUES (2)');
      await shop.call('up');
      expect(await appliedVersions(shop)).toEqual(['001', '002']);
      expect(await shop.query('SELECT count(*)::int AS n FROM a')).toEqual([{ n: 2 }]);
      expect(await journal(shop)).toEqual([
        'done 1',
        'done 2',
        'failed 3',
        'failed 3',
        'done 3',
        'done 4',
        'applied 4',
      ]);
      expect((await shop.call('status')).ok).toBe(true);
    },
  ));

test('a statement that is done may not be changed before the rest is', () =>
  withShop(
    { ...users(), 'migrations/002_steps.sql': `${HEAD}CREATE TABLE a (id int);\nSELECT 1/0;\n` },
    async (shop) => {
      await shop.fails('up');
      shop.write({ 'migrations/002_steps.sql': `${HEAD}CREATE TABLE a (id bigint);\nSELECT 1;\n` });
      const error = await shop.fails('up');
      expect(error).toMatchObject({ code: 'MIGRATION_UNFINISHED', exit: 6 });
      expect(error.more.hint).toContain('strata repair 002');
      shop.write({ 'migrations/002_steps.sql': `${HEAD}CREATE TABLE a (id int);\nSELECT 1;\n` });
      await shop.call('up');
      expect(await appliedVersions(shop)).toEqual(['001', '002']);
    },
  ));

test('repair puts a migration that was undone by hand back to its start', () =>
  withShop(
    { ...users(), 'migrations/002_steps.sql': `${HEAD}CREATE TABLE a (id int);\nSELECT 1/0;\n` },
    async (shop) => {
      await shop.fails('up');
      expect((await shop.fails('repair')).code).toBe('REPAIR_NEEDED');
      await shop.query('DROP TABLE a');
      expect((await shop.call('repair 002')).data).toMatchObject({ repaired: ['002'] });
      expect((await shop.call('status')).data).toMatchObject({ migrations: [{}, { state: 'pending' }] });
      shop.write({ 'migrations/002_steps.sql': `${HEAD}CREATE TABLE a (id bigint);\nSELECT 1;\n` });
      await shop.call('up');
      expect(await appliedVersions(shop)).toEqual(['001', '002']);
    },
  ));

test('an INVALID index of a failed build is dropped and built anew; until then nothing is recorded', () =>
  withShop(
    {
      ...users(),
      'migrations/002_index.sql': `${HEAD}CREATE UNIQUE INDEX CONCURRENTLY users_id ON users (id);\n-- Down Migration\nDROP INDEX CONCURRENTLY users_id;\n`,
    },
    async (shop) => {
      expect((await shop.fails('up')).message).toContain('could not create unique index "users_id"');
      expect(await valid(shop, 'users_id')).toBe(false);
      expect(await appliedVersions(shop)).toEqual(['001']);
      await shop.query('DELETE FROM users WHERE id = 2');
      await shop.call('up');
      expect(shop.notes().join('\n')).toContain('dropping index public.users_id, left INVALID');
      expect(await valid(shop, 'users_id')).toBe(true);
      expect(await appliedVersions(shop)).toEqual(['001', '002']);
      await shop.call('down');
      expect(await valid(shop, 'users_id')).toBeUndefined();
    },
  ));

test('comments between its words do not hide that a statement must stand alone', () =>
  withShop(
    {
      ...users('1, 2'),
      'migrations/002_index.sql': `${HEAD}CREATE /* unique */ INDEX -- slow\n CONCURRENTLY users_id/* of */ON users (id);\n`,
    },
    async (shop) => {
      await shop.call('up');
      expect(await valid(shop, 'users_id')).toBe(true);
    },
  ));

test('IF NOT EXISTS does not pass over an INVALID index', () =>
  withShop(
    {
      ...users(),
      'migrations/002_index.sql': `${HEAD}CREATE INDEX CONCURRENTLY IF NOT EXISTS users_id ON users (id);\n`,
    },
    async (shop) => {
      await shop.call('up', { to: '001' });
      await shop.query('CREATE UNIQUE INDEX CONCURRENTLY users_id ON users (id)').catch(() => undefined);
      expect(await valid(shop, 'users_id')).toBe(false);
      await shop.call('up');
      expect(await valid(shop, 'users_id')).toBe(true);
    },
  ));

test('a partitioned parent index that is not valid is not recorded as built', () =>
  withShop(
    {
      'migrations/001_parts.sql':
        '-- Up Migration\nCREATE TABLE m (id int) PARTITION BY RANGE (id);\nCREATE TABLE m1 PARTITION OF m FOR VALUES FROM (1) TO (9);\nCREATE TABLE m2 PARTITION OF m FOR VALUES FROM (9) TO (20);\n',
      'migrations/002_index.sql': `${HEAD}CREATE INDEX m_id ON ONLY m (id);\nCREATE INDEX CONCURRENTLY m1_id ON m1 (id);\nALTER INDEX m_id ATTACH PARTITION m1_id;\n`,
    },
    async (shop) => {
      const error = await shop.fails('up');
      expect(error).toMatchObject({ code: 'INDEX_INVALID', exit: 5 });
      expect(error.message).toContain('public.m_id');
      expect(await appliedVersions(shop)).toEqual(['001']);
      await shop.query('CREATE INDEX m2_id ON m2 (id)');
      await shop.query('ALTER INDEX m_id ATTACH PARTITION m2_id');
      await shop.call('up');
      expect(await appliedVersions(shop)).toEqual(['001', '002']);
    },
  ));

test('an index build that another session has under way is not dropped under its hands', () =>
  withShop(
    { ...users('1, 2'), 'migrations/002_index.sql': `${HEAD}CREATE INDEX CONCURRENTLY users_id ON users (id);\n` },
    async (shop) => {
      await shop.call('up', { to: '001' });
      await shop.session(async (old) => {
        await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await old.query('SELECT FROM users');
        const building = shop.query('CREATE INDEX CONCURRENTLY users_id ON users (id)');
        await expect
          .poll(() => shop.query('SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()'))
          .toHaveLength(1);
        const error = await shop.fails('up');
        expect(error.message).toContain('index "users_id" is being built by another session');
        await old.query('COMMIT');
        await building;
      });
    },
  ));

test('killed during a concurrent build: the next up finds out and finishes', () =>
  withShop(
    {
      ...users('1, 2'),
      'migrations/002_index.sql': `${HEAD}CREATE TABLE a ();\nCREATE INDEX CONCURRENTLY users_id ON users (id);\nCREATE TABLE b ();\n`,
    },
    async (shop) => {
      await shop.call('up', { to: '001' });
      await shop.session(async (old) => {
        await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await old.query('SELECT FROM users');
        const running = shop.fails('up');
        await expect
          .poll(() => shop.query('SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()'))
          .toHaveLength(1);
        await shop.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()',
        );
        expect((await running).code).toBe('CONNECTION_LOST');
        await old.query('COMMIT');
      });
      expect(await valid(shop, 'users_id')).toBe(false);
      await shop.call('up');
      expect(await valid(shop, 'users_id')).toBe(true);
      expect(await tables(shop)).toEqual(['a', 'b', 'users']);
      expect(await journal(shop)).toEqual(['done 1', 'begun 2', 'begun 2', 'done 2', 'done 3', 'applied 3']);
    },
  ));

test('a build that was finished but not recorded is not done twice', () =>
  withShop(
    {
      ...users('1, 2'),
      'migrations/002_index.sql': `${HEAD}CREATE INDEX CONCURRENTLY users_id ON users (id);\nDROP INDEX CONCURRENTLY users_id;\nCREATE TABLE b ();\n`,
    },
    async (shop) => {
      await shop.call('up', { to: '001' });
      // As if the tool had been killed after each statement and before its "done".
      const begun = (statement: number): Promise<unknown> =>
        shop.query(
          `INSERT INTO schema_migrations_journal (run, event, version, direction, statement, total, tool_version) VALUES ('x', 'begun', '002', 'up', ${statement}, 3, 'x')`,
        );
      await begun(1);
      await shop.query('CREATE INDEX users_id ON users (id)');
      const before = await shop.query("SELECT 'users_id'::regclass::oid AS oid");
      shop.write({ 'migrations/003_stop.sql': '-- Up Migration\nSELECT 1;\n' });
      await shop.call('up', { to: '002' });
      expect(before).toHaveLength(1);
      expect(await journal(shop)).toEqual(['begun 1', 'done 1', 'begun 2', 'done 2', 'done 3', 'applied 3']);
      expect(await valid(shop, 'users_id')).toBeUndefined();
    },
  ));

test('settings of the session are said again on resuming, and gone afterwards', () =>
  withShop(
    {
      'migrations/002_set.sql': `${HEAD}CREATE SCHEMA hidden;\nSET search_path = hidden;\nCREATE TABLE x AS SELECT 1 AS id;\nSELECT 1 / (count(*) - 1) FROM x;\nCREATE TABLE y ();\n`,
      'migrations/003_t.sql': tableMigration('t'),
    },
    async (shop) => {
      await shop.fails('up');
      await shop.query('INSERT INTO hidden.x VALUES (1)');
      await shop.call('up');
      expect(
        await shop.query("SELECT to_regclass('hidden.y') IS NOT NULL AS y, to_regclass('public.t') IS NOT NULL AS t"),
      ).toEqual([{ y: true, t: true }]);
    },
  ));

test('a down outside a transaction resumes as well', () =>
  withShop(
    {
      ...users('1, 2'),
      'migrations/002_index.sql': `-- Up Migration\nCREATE TABLE a (id int);\nCREATE INDEX a_id ON a (id);\n-- Down Migration\n-- strata: no-transaction\nDROP INDEX CONCURRENTLY a_id;\nSELECT 1 / count(*) FROM users;\nDROP TABLE a;\n`,
    },
    async (shop) => {
      await shop.call('up');
      await shop.query('DELETE FROM users');
      expect((await shop.fails('down')).message).toContain('down of 002_index failed at statement 2 of 3');
      expect((await shop.fails('up')).code).toBe('MIGRATION_UNFINISHED');
      await shop.query('INSERT INTO users VALUES (1)');
      await shop.call('down');
      expect(await appliedVersions(shop)).toEqual(['001']);
      expect((await shop.call('status')).data).toMatchObject({
        migrations: [{ state: 'applied' }, { state: 'pending' }],
      });
    },
  ));

test('VACUUM and a procedure that commits run alone; Ctrl-C between leaves a clear state', () =>
  withShop(
    {
      ...users('1, 2'),
      'migrations/002_alone.sql': `${HEAD}CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO users VALUES (9); COMMIT; INSERT INTO users VALUES (10); END $$;\nCALL p();\nVACUUM users;\nSELECT pg_sleep(60);\n`,
    },
    async (shop) => {
      const stop = new AbortController();
      const running = shop.fails('up', {}, { runtime: { signal: stop.signal } });
      await expect
        .poll(() =>
          shop.query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"),
        )
        .toHaveLength(1);
      stop.abort();
      const error = await running;
      expect(error).toMatchObject({ code: 'RUN_INTERRUPTED', exit: 5 });
      expect(error.more.detail).toContain('state: statements 1 to 3 of the 4 statements of 002_alone are done');
      expect(await shop.query('SELECT count(*)::int AS n FROM users')).toEqual([{ n: 4 }]);
      shop.write({
        'migrations/002_alone.sql': `${HEAD}CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO users VALUES (9); COMMIT; INSERT INTO users VALUES (10); END $$;\nCALL p();\nVACUUM users;\n`,
      });
      await shop.call('up');
      expect(await appliedVersions(shop)).toEqual(['001', '002']);
    },
  ));

test('an index build has no short lock timeout; other statements outside a transaction have', () =>
  withShop(
    {
      ...users('1, 2'),
      'migrations/002_index.sql': `${HEAD}CREATE INDEX CONCURRENTLY users_id ON users (id);\nALTER TABLE users ADD COLUMN x int;\n`,
    },
    async (shop) => {
      await shop.call('up', { to: '001' });
      await shop.session(async (old) => {
        await old.query('BEGIN');
        await old.query('LOCK TABLE users IN ROW EXCLUSIVE MODE');
        const running = shop.fails('up', {}, { config: { timeouts: QUICK } });
        // Much longer than every attempt of QUICK.
        await new Promise((resolve) => setTimeout(resolve, 900));
        expect(
          await shop.query('SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()'),
        ).toHaveLength(1);
        await shop.session(async (late) => {
          await late.query('BEGIN');
          await late.query('SELECT FROM users');
          await old.query('COMMIT');
          const error = await running;
          expect(error.code).toBe('LOCK_TIMEOUT');
          expect(error.message).toContain('002_index did not get a lock at statement 2 of 2');
        });
      });
      await shop.call('up');
    },
  ));

test('a role set outside a transaction holds for the statements, not for our journal', () =>
  withShop(
    {
      'migrations/001_role.sql': `${HEAD}SET ROLE pg_read_all_data;\nSELECT 1 / (current_user = 'pg_read_all_data')::int;\nCALL pg_catalog.nothing();\n`,
      'migrations/002_next.sql': tableMigration('next'),
    },
    async (shop) => {
      const error = await shop.fails('up');
      expect(error.message).toContain('statement 3 of 3: procedure pg_catalog.nothing() does not exist');
      shop.write({
        'migrations/001_role.sql': `${HEAD}SET ROLE pg_read_all_data;\nSELECT 1 / (current_user = 'pg_read_all_data')::int;\nDO $$ BEGIN PERFORM 1 / (current_user = 'pg_read_all_data')::int; END $$;\n`,
      });
      await shop.call('up');
      expect(await appliedVersions(shop)).toEqual(['001', '002']);
    },
  ));

test('under a lease, statements outside a transaction resume too, and stop when it is lost', () =>
  withShop(
    {
      ...users('1, 2'),
      'migrations/002_index.sql': `${HEAD}CREATE TABLE a ();\nCREATE INDEX CONCURRENTLY users_id ON users (id);\nUPDATE schema_migrations_lock SET token = 'thief';\nCREATE TABLE b ();\n`,
    },
    async (shop) => {
      const lease = { config: { lock: { mode: 'lease', wait: 0, lease: 30_000 } } } as const;
      const error = await shop.fails('up', {}, lease);
      expect(error).toMatchObject({ code: 'LOCK_LOST', exit: 5 });
      expect(error.more.detail).toContain('statements 1 to 2 of the 4 statements of 002_index are done and recorded');
      await shop.query('DELETE FROM schema_migrations_lock');
      shop.write({
        'migrations/002_index.sql': `${HEAD}CREATE TABLE a ();\nCREATE INDEX CONCURRENTLY users_id ON users (id);\nCREATE TABLE b ();\n`,
      });
      await shop.call('up', {}, lease);
      expect(await valid(shop, 'users_id')).toBe(true);
      expect(await tables(shop)).toEqual(['a', 'b', 'users']);
    },
  ));

test('redo of a migration outside a transaction', () =>
  withShop(
    {
      ...users('1, 2'),
      'migrations/002_index.sql': `${HEAD}CREATE INDEX CONCURRENTLY users_id ON users (id);\n-- Down Migration\nDROP INDEX CONCURRENTLY users_id;\n`,
    },
    async (shop) => {
      await shop.call('up');
      await shop.call('redo');
      await shop.call('redo');
      expect(await valid(shop, 'users_id')).toBe(true);
      expect(await appliedVersions(shop)).toEqual(['001', '002']);
      expect((await shop.call('verify')).ok).toBe(true);
    },
  ));

test.each(['REINDEX TABLE users', 'VACUUM (FULL, ANALYZE) users'])(
  '%s, for whose lock all others would wait, waits for it no longer than lock_timeout',
  (sql) =>
    withShop({ ...users(), 'migrations/002_rebuild.sql': `${HEAD}${sql};\n` }, async (shop) => {
      await shop.call('up', { to: '001' });
      await shop.session(async (writer) => {
        await writer.query('BEGIN');
        await writer.query('LOCK TABLE users IN ROW EXCLUSIVE MODE');
        const error = await shop.fails('up', {}, { config: { timeouts: QUICK } });
        expect(error.message).toContain('did not get a lock at statement 1 of 1');
        await writer.query('COMMIT');
      });
      await shop.call('up');
    }),
);
