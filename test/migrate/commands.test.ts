/** The everyday life of a project: up, status, plan, down, redo, verify. */
import { expect, test } from 'vitest';
import { appliedVersions, tableMigration, tables, three, withShop } from './harness.ts';

interface Status {
  readonly migrations: readonly Record<string, unknown>[];
  readonly current: string | null;
}

test('up applies what is pending, in order, and status tells it by the contract', () =>
  withShop(three(), async (shop) => {
    const before = await shop.call('status');
    expect(before.ok).toBe(true);
    expect((before.data as Status).migrations.map((m) => m.state)).toEqual(['pending', 'pending', 'pending']);
    expect(await shop.query("SELECT FROM pg_tables WHERE tablename LIKE 'schema_migrations%'")).toHaveLength(0);
    expect((await shop.call('status', { exitPending: true })).ok).toBe(false);

    const done = await shop.call('up');
    expect(done.ok).toBe(true);
    expect(await tables(shop)).toEqual(['bookings', 'subjects', 'users']);
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);

    const after = (await shop.call('status')).data as Status;
    expect(after.current).toBe('003');
    expect(after.migrations[0]).toEqual({
      version: '001',
      name: '001_users',
      state: 'applied',
      applied_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      duration_ms: expect.any(Number),
    });
  }));

test('a second up does nothing and takes no lock', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.session(async (other) => {
      await other.query('BEGIN');
      await other.query('LOCK TABLE schema_migrations IN EXCLUSIVE MODE');
      const again = await shop.call('up', {}, { config: { lock: { mode: 'advisory', wait: 0, lease: 1000 } } });
      expect(again.data).toEqual({ run: null, results: [], snapshot_hash: null });
    });
  }));

test('up --to, --steps; down one, --steps, --to', () =>
  withShop(three(), async (shop) => {
    await shop.call('up', { to: '001' });
    expect(await appliedVersions(shop)).toEqual(['001']);
    await shop.call('up', { steps: 1 });
    expect(await appliedVersions(shop)).toEqual(['001', '002']);
    await shop.call('up');
    await shop.call('down');
    expect(await appliedVersions(shop)).toEqual(['001', '002']);
    await shop.call('up');
    await shop.call('down', { steps: 2 });
    expect(await tables(shop)).toEqual(['users']);
    await shop.call('up');
    await shop.call('down', { to: '002' });
    expect(await appliedVersions(shop)).toEqual(['001', '002']);
    expect((await shop.fails('down', { to: '009' })).code).toBe('MIGRATION_UNKNOWN');
    expect((await shop.fails('up', { to: '003', steps: 1 })).code).toBe('USAGE');
    expect((await shop.fails('up', { steps: 0 })).code).toBe('USAGE');
  }));

test('plan and --dry-run show the exact SQL in a session that cannot write', () =>
  withShop(three(), async (shop) => {
    const plan = await shop.call('plan');
    const [block] = plan.view;
    expect(block?.kind === 'verbatim' && block.text).toContain('-- 002_subjects (up), in one transaction\nBEGIN;');
    expect(block?.kind === 'verbatim' && block.text).toContain('CREATE TABLE subjects (id int PRIMARY KEY)\n;');
    expect(await shop.query("SELECT FROM pg_tables WHERE schemaname = 'public'")).toHaveLength(0);
    await shop.call('up', { dryRun: true });
    expect(await tables(shop)).toEqual([]);
    await shop.call('up');
    const down = await shop.call('plan down', { steps: 2 });
    expect((down.data as { steps: { version: string }[] }).steps.map((s) => s.version)).toEqual(['003', '002']);
    await shop.call('down', { dryRun: true, to: '001' });
    expect(await tables(shop)).toEqual(['bookings', 'subjects', 'users']);
    expect((await shop.fails('plan sideways')).code).toBe('USAGE');
  }));

test('down says what data goes, with the number of rows, before it goes', () =>
  withShop(
    {
      'migrations/001_users.sql': tableMigration('users', 'INSERT INTO users SELECT generate_series(1, 700);'),
      'migrations/002_name.sql':
        '-- Up Migration\nALTER TABLE users ADD COLUMN name text, ADD COLUMN "Odd name" text;\n-- Down Migration\nALTER TABLE users DROP COLUMN name, DROP IF EXISTS "Odd name";\n',
    },
    async (shop) => {
      await shop.call('up');
      await shop.query('ANALYZE users');
      const down = await shop.call('down', { steps: 2 });
      expect(down.findings.map((f) => f.message)).toEqual([
        'down of 002_name drops column name of users (about 700 rows)',
        'down of 002_name drops column "Odd name" of users (about 700 rows)',
        'down of 001_users drops table users (about 700 rows)',
      ]);
      const [first] = shop.events.filter((event) => event.kind === 'note' && event.text.includes('drops'));
      const started = shop.events.findLastIndex((event) => event.kind === 'start' && event.task === 'down');
      expect(shop.events.indexOf(first as never)).toBeLessThan(started);
    },
  ));

test('verify is content with what up left, and notices a change made by hand', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    expect(await shop.call('verify')).toMatchObject({ ok: true, findings: [] });
    await shop.query('ALTER TABLE users ADD COLUMN by_hand text');
    const changed = await shop.call('verify');
    expect(changed.ok).toBe(false);
    expect(changed.findings.map((f) => f.code)).toEqual(['verify/catalog-changed']);
    expect((await shop.call('verify', { checksumsOnly: true })).ok).toBe(true);
  }));

test('up and verify say what they cannot see: kinds without a model, schemas that are not configured', () =>
  withShop(
    {
      'migrations/001_a.sql':
        'CREATE TABLE a (id int); CREATE PUBLICATION pub FOR TABLE a; CREATE SCHEMA app; CREATE TABLE app.x (id int);',
    },
    async (shop) => {
      await shop.call('up');
      expect(shop.events).toContainEqual({
        kind: 'note',
        level: 'warning',
        text: 'not modelled by a Snapshot, but compared as they stand: publication pub; strata verify names them',
      });
      const { ok, findings } = await shop.call('verify');
      expect(ok).toBe(true);
      expect(findings.map(({ code, level, subject }) => [code, level, subject])).toEqual([
        ['snapshot/unmodelled', 'warning', 'pub'],
        ['snapshot/schema-uncovered', 'note', 'app'],
      ]);
    },
  ));

test('verify warns of a schema that the configuration names and nobody made', () =>
  withShop(
    three(),
    async (shop) => {
      await shop.call('up');
      expect((await shop.call('verify')).findings).toMatchObject([
        { code: 'snapshot/schema-missing', level: 'warning', subject: 'nope' },
      ]);
    },
    { schemas: ['public', 'nope'] },
  ));

test('the history lives where the configuration says, whatever it is called', () =>
  withShop(
    three(),
    async (shop) => {
      await shop.call('up');
      expect(await appliedVersions(shop, '"Weird-schema"."Hist ""or"" y"')).toEqual(['001', '002', '003']);
      await shop.call('down', { steps: 3 });
      await shop.call('redo').then((outcome) => expect(outcome.data).toMatchObject({ results: [] }));
      const journal = await shop.query('SELECT event, version FROM "Weird-schema"."Hist ""or"" y_journal" ORDER BY id');
      expect(journal.map((row) => `${row.event} ${row.version ?? ''}`.trim())).toEqual([
        ...['applied 001', 'applied 002', 'applied 003', 'finished'],
        ...['reverted 003', 'reverted 002', 'reverted 001', 'finished'],
      ]);
      const undescribed = await shop.query(
        `SELECT attname FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = '"Weird-schema"'::regnamespace AND relkind = 'r')
          AND attnum > 0 AND col_description(attrelid, attnum) IS NULL`,
      );
      expect(undescribed).toEqual([]);
    },
    { history: { schema: 'Weird-schema', table: 'Hist "or" y' } },
  ));

test('env marks the database, and down and redo then want its name', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    expect((await shop.call('env')).data).toMatchObject({ mark: null });
    await shop.call('env production');
    expect((await shop.call('env')).data).toMatchObject({ mark: 'production' });
    for (const command of ['down', 'redo', 'env none']) {
      const error = await shop.fails(command);
      expect(error).toMatchObject({ code: 'CONFIRM_NEEDED', exit: 6 });
      expect(error.more.hint).toContain(`--confirm ${shop.target.database}`);
    }
    expect((await shop.fails('down', { confirm: 'another' })).code).toBe('CONFIRM_NEEDED');
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
    await shop.call('redo', { confirm: shop.target.database });
    await shop.call('down', { confirm: shop.target.database });
    await shop.call('env none', { confirm: shop.target.database });
    await shop.call('down');
    expect(await appliedVersions(shop)).toEqual(['001']);
    expect((await shop.fails('env Not-OK')).code).toBe('USAGE');
  }));

test('on a production database, up that drops data wants its name too; what it makes and drops itself is no loss', () =>
  withShop(three(), async (shop) => {
    await shop.call('up');
    await shop.call('env production');
    shop.write({
      'migrations/004_more.sql': 'CREATE TABLE draft (id integer);\nDROP TABLE draft;\nDROP TABLE IF EXISTS never;\n',
    });
    await shop.call('up');
    shop.write({ 'migrations/005_less.sql': 'CREATE TABLE kept (id integer);\nDROP TABLE bookings;\n' });
    const error = await shop.fails('up');
    expect(error).toMatchObject({ code: 'CONFIRM_NEEDED', exit: 6 });
    expect(error.more.hint).toContain(`strata up --confirm ${shop.target.database}`);
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003', '004']);
    await shop.call('up', { confirm: shop.target.database });
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003', '004', '005']);
  }));
