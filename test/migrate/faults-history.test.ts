/** The measured faults of node-pg-migrate that concern the history and the run (their numbers in the titles): we do not have them. */
import { expect, test } from 'vitest';
import { strata } from '../support/project.ts';
import { appliedVersions, tableMigration, tables, three, withShop } from './harness.ts';

const RUN_AT_ONCE = `import type { MigrationBuilder } from 'node-pg-migrate';
export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.createTable('queued', { id: 'id' });
  await pgm.db.query('CREATE TABLE immediate (id int)');
}
export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('queued');
  pgm.dropTable('immediate');
}
`;

test('fault 1: an edited applied file is noticed, its kind told, and refused until repaired', () =>
  withShop(three(), async (shop) => {
    await shop.call('up', { to: '002' });
    shop.write({ 'migrations/001_users.sql': tableMigration('users', 'CREATE INDEX users_again ON users (id);') });
    const error = await shop.fails('up');
    expect(error).toMatchObject({ code: 'MIGRATION_EDITED', exit: 6 });
    expect(error.message).toBe('applied migration 001_users was changed afterwards');
    expect(error.more.hint).toContain('git checkout -- migrations/001_users.sql');
    expect(error.more.hint).toContain('strata repair 001');
    const status = await shop.call('status');
    expect(status).toMatchObject({ ok: false, data: { migrations: [{ state: 'edited', edit: 'semantic' }, {}, {}] } });
    expect((await shop.call('verify')).findings.map((f) => [f.code, f.level])).toContainEqual([
      'verify/checksum-changed',
      'error',
    ]);
    const needed = await shop.fails('repair');
    expect(needed).toMatchObject({ code: 'REPAIR_NEEDED', exit: 6 });
    expect(needed.more.detail).toContain('+ CREATE INDEX users_again ON users (id)');
    await shop.call('repair 001', { dryRun: true });
    expect((await shop.call('status')).ok).toBe(false);
    await shop.call('repair 001');
    expect((await shop.call('status')).ok).toBe(true);
    await shop.call('up');
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
    const [row] = await shop.query("SELECT detail FROM schema_migrations_journal WHERE event = 'repaired'");
    expect(row?.detail).toMatch(/^accepted [0-9a-f]{64} in place of [0-9a-f]{64}$/);
  }));

test('fault 1: a reformatted file is told apart: a warning, and up goes on', () =>
  withShop(three(), async (shop) => {
    await shop.call('up', { to: '002' });
    shop.write({
      'migrations/001_users.sql': `-- Up Migration\n-- a remark\ncreate table users\n  (id INT primary key);\n\n-- Down Migration\nDROP TABLE users;\n`,
    });
    const status = await shop.call('status');
    expect(status).toMatchObject({ ok: true, data: { migrations: [{ state: 'edited', edit: 'cosmetic' }, {}, {}] } });
    const up = await shop.call('up');
    expect(up.findings.map((f) => [f.code, f.level])).toEqual([['verify/checksum-cosmetic', 'warning']]);
    await shop.call('repair');
    expect((await shop.call('verify')).findings).toEqual([]);
  }));

test('fault 1: line ends and a byte order mark are no edit', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    shop.write({ 'migrations/001_users.sql': `\uFEFF${tableMigration('users').replaceAll('\n', '\r\n')}` });
    expect((await shop.call('verify')).findings).toEqual([]);
  }));

test('fault 3: a dry run writes nothing, and does not run pgm.db', () =>
  withShop({ 'migrations/001_opaque.ts': RUN_AT_ONCE }, async (shop) => {
    const plan = await shop.call('up', { dryRun: true });
    expect(plan.data).toMatchObject({ steps: [{ opaque: true, statements: [] }] });
    expect(await shop.query("SELECT FROM pg_tables WHERE schemaname = 'public'")).toHaveLength(0);
    await shop.call('up');
    expect(await tables(shop)).toEqual(['immediate', 'queued']);
    const [row] = await shop.query('SELECT semantic_checksum FROM schema_migrations');
    expect(row).toEqual({ semantic_checksum: null });
    await shop.call('down');
    expect(await tables(shop)).toEqual([]);
  }));

test('fault 3: what pgm.db does is rolled back with the rest', () =>
  withShop({ 'migrations/001_opaque.ts': RUN_AT_ONCE.replace("'id' }", "'nonsense_type' }") }, async (shop) => {
    expect((await shop.fails('up')).code).toBe('MIGRATION_FAILED');
    expect(await tables(shop)).toEqual([]);
    expect(await appliedVersions(shop)).toEqual([]);
  }));

test('fault 5: a migration without transaction does not commit others on its way', () =>
  withShop(
    {
      ...three(),
      'migrations/004_alone.sql':
        '-- strata: no-transaction\n-- Up Migration\nCREATE INDEX CONCURRENTLY i ON users (id);\n',
      'migrations/005_bad.sql': '-- Up Migration\nCREATE TABLE half ();\nSELECT 1/0;\n',
    },
    async (shop) => {
      await shop.fails('up', { singleTransaction: true });
      expect(await tables(shop)).toEqual([]);
      await shop.fails('up');
      expect(await appliedVersions(shop)).toEqual(['001', '002', '003', '004']);
      expect(await tables(shop)).not.toContain('half');
    },
  ));

test('fault 6: one transaction per migration is the default, with its history row inside', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    const [row] = await shop.query(
      "SELECT count(DISTINCT h.xmin::text)::int AS n, bool_and(h.xmin = c.xmin) AS together FROM schema_migrations h JOIN pg_class c ON c.relname = split_part(h.name, '_', 2) WHERE h.snapshot_hash IS NULL",
    );
    expect(row).toEqual({ n: 2, together: true });
  }));

test('fault 7: a history in another schema, or under another name, is found before a replay', () =>
  withShop(three(), async (shop) => {
    const before = { config: { history: { schema: 'ops', table: 'done' } } };
    await shop.call('up', {}, before);
    for (const command of ['up', 'status', 'plan', 'down']) {
      const error = await shop.fails(command);
      expect(error).toMatchObject({ code: 'HISTORY_ELSEWHERE', exit: 6 });
      expect(error.more.hint).toContain('Set history to { "schema": "ops", "table": "done" } in the configuration.');
      expect(error.more.hint).toContain('strata baseline none');
    }
    expect((await shop.call('up', {}, before)).data).toMatchObject({ results: [] });
  }));

test('fault 7: the history of another project in the same database is no obstacle', () =>
  withShop({ 'migrations/001_mine.sql': tableMigration('mine') }, async (shop) => {
    await shop.call('up', {}, { config: { history: { schema: 'ops', table: 'done' } } });
    shop.remove('migrations/001_mine.sql');
    shop.write({ 'migrations/001_yours.sql': tableMigration('yours') });
    await shop.call('up');
    expect(await tables(shop)).toEqual(['mine', 'yours']);
  }));

test("fault 7: node-pg-migrate's own history is found too, and baseline adopts it", () =>
  withShop(three(), async (shop) => {
    await shop.query('CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255), run_on timestamp)');
    await shop.query("INSERT INTO pgmigrations (name, run_on) VALUES ('001_users', now()), ('002_subjects', now())");
    await shop.query('CREATE TABLE users (); CREATE TABLE subjects ()');
    const error = await shop.fails('up');
    expect(error.more.hint).toBe('Adopt that history with: strata baseline 002');
    await shop.call('baseline 002');
    await shop.call('up');
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
  }));

test('fault 8: redo is the last step down and up, nothing else, in one run under one lock', () =>
  withShop(three(), async (shop) => {
    await shop.call('up', { to: '002' });
    await shop.query('INSERT INTO subjects VALUES (1)');
    const redo = await shop.call('redo');
    expect(redo.data).toMatchObject({
      results: [
        { version: '002', direction: 'down', state: 'reverted' },
        { version: '002', direction: 'up', state: 'applied' },
      ],
    });
    expect(await appliedVersions(shop)).toEqual(['001', '002']);
    expect(await tables(shop)).toEqual(['subjects', 'users']);
    expect(await shop.query('SELECT FROM subjects')).toHaveLength(0);
    const runs = await shop.query(
      "SELECT run FROM schema_migrations_journal WHERE version = '002' ORDER BY id OFFSET 1",
    );
    expect(new Set(runs.map((row) => row.run)).size).toBe(1);
  }));

test('fault 9: a deleted applied file is missing, whether in the middle or at the end', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    for (const name of ['002_subjects', '003_bookings']) {
      shop.write(three());
      shop.remove(`migrations/${name}.sql`);
      const error = await shop.fails('up');
      expect(error).toMatchObject({ code: 'MIGRATION_MISSING', exit: 6 });
      expect(error.message).toBe(`the file of applied migration ${name} is gone`);
      const status = await shop.call('status');
      expect(status.ok).toBe(false);
      expect(status.findings.map((f) => [f.code, f.subject])).toEqual([['verify/file-missing', name]]);
    }
    expect((await shop.fails('down')).code).toBe('MIGRATION_MISSING');
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
  }));

test('fault 10: a migration older than what is applied is refused, and applied when that is wanted', () =>
  withShop({ ...three(), 'migrations/005_last.sql': tableMigration('last') }, async (shop) => {
    await shop.call('up');
    shop.write({ 'migrations/004_late.sql': tableMigration('late') });
    const error = await shop.fails('up');
    expect(error).toMatchObject({ code: 'MIGRATION_OUT_OF_ORDER', exit: 6 });
    expect(error.more.hint).toContain('strata up --allow-out-of-order');
    expect((await shop.call('status')).data).toMatchObject({
      migrations: [{}, {}, {}, { version: '004', state: 'out_of_order' }, {}],
    });
    await shop.call('up', { allowOutOfOrder: true });
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003', '005', '004']);
    expect((await shop.call('status')).ok).toBe(true);
    // Down goes back through the order of application, not of names.
    await shop.call('down');
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003', '005']);
  }));

test('fault 11: an error names the migration, the statement and the line, also on the command line', () =>
  withShop({ 'migrations/001_a.sql': '-- Up Migration\nSELECT 1;\nSELECT nothing;\n' }, async (shop) => {
    const ran = await strata(['up'], { cwd: shop.root, target: shop.target });
    expect(ran.status).toBe(5);
    expect(ran.stderr).toContain('migration 001_a failed at statement 2 of 2: column "nothing" does not exist');
    expect(ran.stderr).toContain('migrations/001_a.sql:3:8');
    expect(ran.stderr).toContain('SQLSTATE 42703');
  }));

test('fault 13: search_path, role, settings and temporary tables of one migration are not those of the next', () =>
  withShop(
    {
      'migrations/001_leaky.sql': `-- Up Migration
CREATE SCHEMA hidden;
SET search_path = hidden;
SET statement_timeout = '7s';
CREATE TEMP TABLE remains (id int);
PREPARE p AS SELECT 1;
SET ROLE pg_read_all_data;
`,
      'migrations/002_next.sql': `-- Up Migration
CREATE TABLE here AS SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS timeout,
  current_user::text AS role, to_regclass('pg_temp.remains') IS NULL AS clean, (SELECT count(*)::int FROM pg_prepared_statements) AS prepared;
`,
    },
    async (shop) => {
      await shop.call('up');
      expect(await shop.query('SELECT * FROM public.here')).toEqual([
        { path: '"$user", public', timeout: '0', role: shop.target.user, clean: true, prepared: 0 },
      ]);
    },
  ));

test('fault 13: also with --single-transaction', () =>
  withShop(
    {
      'migrations/001_leaky.sql': '-- Up Migration\nCREATE SCHEMA hidden;\nSET search_path = hidden;\n',
      'migrations/002_next.sql': tableMigration('here'),
    },
    async (shop) => {
      await shop.call('up', { singleTransaction: true });
      expect(await tables(shop)).toEqual(['here']);
    },
  ));

test('fault 15: timeouts, retries, JSON, events and status exist', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    const progress = shop.events.flatMap((event) =>
      event.kind === 'progress' ? [`${event.done}/${event.total} ${event.text}`] : [],
    );
    expect(progress).toEqual(['1/3 001_users', '2/3 002_subjects', '3/3 003_bookings']);
    const ran = await strata(['status', '--json'], { cwd: shop.root, target: shop.target });
    expect(JSON.parse(ran.stdout)).toMatchObject({ command: 'status', ok: true, data: { current: '003' } });
  }));

test('fault 17: the lock is per database: another database of the server is free', () =>
  withShop(three(), (one) =>
    withShop({ ...three(), 'migrations/004_slow.sql': '-- Up Migration\nSELECT pg_sleep(1);\n' }, async (two) => {
      const slow = two.call('up');
      await expect
        .poll(() =>
          two.query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"),
        )
        .toHaveLength(1);
      await one.call('up', {}, { config: { lock: { mode: 'advisory', wait: 0, lease: 1000 } } });
      await slow;
    }),
  ));

test('fault 18: what cannot be undone is refused before anything is undone', () =>
  withShop(
    {
      ...three(),
      'migrations/002_subjects.ts': "export const up = (pgm) => pgm.dropTable('users');\nexport const down = false;\n",
    },
    async (shop) => {
      shop.remove('migrations/002_subjects.sql');
      await shop.call('up');
      const error = await shop.fails('down', { steps: 2 });
      expect(error).toMatchObject({ code: 'MIGRATION_IRREVERSIBLE', exit: 6 });
      expect(error.message).toBe('002_subjects cannot be undone');
      expect(error.more.detail).toContain('migrations/002_subjects.ts:');
      expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
      expect(await tables(shop)).toEqual(['bookings']);
    },
  ));

test('a table of another tool under our name is not taken for ours', () =>
  withShop(three(), async (shop) => {
    await shop.query('CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean)');
    for (const command of ['status', 'up', 'verify']) {
      expect(await shop.fails(command)).toMatchObject({ code: 'HISTORY_FOREIGN', exit: 6 });
    }
  }));

test('baseline records without running, once', () =>
  withShop(three(), async (shop) => {
    expect((await shop.fails('baseline')).code).toBe('USAGE');
    expect((await shop.fails('baseline 099')).code).toBe('MIGRATION_UNKNOWN');
    await shop.call('baseline 002', { dryRun: true });
    expect(await shop.query("SELECT FROM pg_tables WHERE schemaname = 'public'")).toHaveLength(0);
    await shop.call('baseline 002');
    expect(await tables(shop)).toEqual([]);
    expect(await appliedVersions(shop)).toEqual(['001', '002']);
    expect((await shop.call('verify')).ok).toBe(true);
    expect(await shop.fails('baseline 003')).toMatchObject({ code: 'HISTORY_NOT_EMPTY', exit: 6 });
    await shop.call('up');
    expect(await tables(shop)).toEqual(['bookings']);
  }));

test('baseline none begins a second history on purpose: a schema per tenant', () =>
  withShop(
    { 'migrations/001_t.sql': '-- Up Migration\nCREATE TABLE t (id int);\n-- Down Migration\nDROP TABLE t;\n' },
    async (shop) => {
      for (const tenant of ['acme', 'zenith']) {
        await shop.query(`CREATE SCHEMA ${tenant}`);
        const target = { ...shop.target, options: `-c search_path=${tenant}` };
        const more = { config: { target, schemas: [tenant], history: { schema: tenant, table: 'h' } } };
        if (tenant === 'zenith') {
          expect((await shop.fails('up', {}, more)).code).toBe('HISTORY_ELSEWHERE');
          await shop.call('baseline none', {}, more);
        }
        await shop.call('up', {}, more);
        expect((await shop.call('verify', {}, more)).ok).toBe(true);
      }
      expect(await shop.query("SELECT schemaname FROM pg_tables WHERE tablename = 't' ORDER BY 1")).toEqual([
        { schemaname: 'acme' },
        { schemaname: 'zenith' },
      ]);
    },
  ));
