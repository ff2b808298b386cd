/** `plan --rehearse`: what the server measures on a scratch copy beside what the rules foretell. */
import { describe, expect, test } from 'vitest';
import type { Finding, Outcome } from '../../src/base/finding.ts';
import { type Event, realRuntime } from '../../src/base/runtime.ts';
import { targetUrl, withDatabaseName } from '../../src/base/target.ts';
import type { LockNote } from '../../src/commands/lock-note.ts';
import { differences } from '../../src/commands/plan-compare.ts';
import type { Measured, MeasuredRelation } from '../../src/migrate/measure.ts';
import { withSession } from '../../src/pg/pool.ts';
import { withScratchServer } from '../../src/server/scratch-server.ts';
import { type Shop, shop, three, withShop } from '../migrate/harness.ts';
import { login, serverTarget } from '../support/database.ts';

interface Data {
  readonly rehearsal: Readonly<Record<string, unknown>> | null;
  readonly steps: readonly { readonly statements: readonly { readonly measured: Measured | null }[] }[];
}

function migration(up: string, down = 'SELECT 1'): string {
  return `-- Up Migration\n${up}\n-- Down Migration\n${down};\n`;
}

function measured({ data }: Outcome): readonly (Measured | null)[] {
  return (data as Data).steps.flatMap(({ statements }) => statements.map((one) => one.measured));
}

function codes({ findings }: Outcome, family = 'plan/'): string[] {
  return findings.map(({ code }) => code).filter((code) => code.startsWith(family));
}

/** `relation: LOCK work` of each statement. */
function told(outcome: Outcome): string[] {
  return measured(outcome).map((one) =>
    (one?.relations ?? []).map(({ name, lock, work }) => `${name}: ${lock} ${work}`).join(', '),
  );
}

async function applied(at: Shop, sql: string): Promise<Outcome> {
  await at.call('up');
  at.write({ 'migrations/004_next.sql': sql });
  return at.call('plan', { rehearse: true });
}

test('measured: lock, scan, rewrite or metadata of each statement, and the live database stays as it was', () =>
  withShop(three(), async (at) => {
    const sql = migration(`ALTER TABLE users ADD COLUMN name text;
ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();
ALTER TABLE subjects ADD CONSTRAINT positive CHECK (id > 0);
CREATE INDEX ON bookings (id);
CREATE TABLE lessons (id int PRIMARY KEY, booking int REFERENCES bookings);
SELECT 1;`);
    const plan = await applied(at, sql);
    expect(told(plan)).toEqual([
      'users: ACCESS EXCLUSIVE metadata',
      'users: ACCESS EXCLUSIVE rewrite',
      'users: ACCESS EXCLUSIVE metadata, subjects: ACCESS EXCLUSIVE scan',
      'users: ACCESS EXCLUSIVE metadata, subjects: ACCESS EXCLUSIVE metadata, bookings: SHARE scan',
      'users: ACCESS EXCLUSIVE metadata, subjects: ACCESS EXCLUSIVE metadata, bookings: SHARE ROW EXCLUSIVE metadata',
      'users: ACCESS EXCLUSIVE metadata, subjects: ACCESS EXCLUSIVE metadata, bookings: SHARE ROW EXCLUSIVE metadata',
    ]);
    expect(codes(plan)).toEqual([]);
    expect(plan.ok).toBe(true);
    const taken = measured(plan).map((one) =>
      one?.relations.filter((relation) => relation.taken).map(({ name }) => name),
    );
    expect(taken).toEqual([['users'], [], ['subjects'], ['bookings'], ['bookings'], []]);
    expect(plan.data).toMatchObject({
      rehearsal: { source: 'files', backup: null, replayed: 3, statements: 6, failed: null },
    });
    const text = plan.view.map((block) => (block.kind === 'verbatim' ? block.text : '')).join('');
    expect(text).toMatch(
      /-- measured in [\d.]+ ms, locks on tables that were there: users: ACCESS EXCLUSIVE, rewrite\n/,
    );
    expect(await at.query("SELECT FROM pg_tables WHERE tablename = 'lessons'")).toEqual([]);
    expect((await at.call('plan')).data).toMatchObject({ rehearsal: null });
  }));

test('what no rule can see is measured, and a warning where the two differ', () =>
  withShop(three(), async (at) => {
    const plan = await applied(
      at,
      migration("DO $$ DECLARE what text := 'ALTER TABLE users ALTER id TYPE bigint'; BEGIN EXECUTE what; END $$;"),
    );
    expect(plan.findings).toContainEqual(
      expect.objectContaining({
        code: 'plan/measured-otherwise',
        level: 'warning',
        subject: '004_next',
        message: 'users: no lock is foretold, ACCESS EXCLUSIVE was measured',
        place: { file: 'migrations/004_next.sql', line: 2, column: 1 },
      }),
    );
    expect(plan.ok).toBe(true);
  }));

test('outside a transaction; opaque; down', () =>
  withShop(three(), async (at) => {
    const alone = migration('CREATE INDEX CONCURRENTLY users_i ON users (id);', 'DROP INDEX users_i');
    const plan = await applied(at, alone);
    expect(measured(plan)).toEqual([expect.objectContaining({ sampled: true })]);
    expect(codes(plan)).toEqual([]);
    await at.call('up');
    const down = await at.call('plan down', { rehearse: true });
    expect(down.data).toMatchObject({ rehearsal: { replayed: 4 } });
    expect(told(down)).toEqual(['users: ACCESS EXCLUSIVE metadata']);
    at.write({
      'migrations/005_o.ts': `export async function up(pgm) { await pgm.db.query('SELECT 1'); }\nexport const down = false;\n`,
    });
    const opaque = await at.call('plan', { rehearse: true });
    expect(codes(opaque)).toEqual(['plan/not-measured']);
  }));

test('a migration that does not run: where and why, and those behind it are not measured', () =>
  withShop(three(), async (at) => {
    await at.call('up');
    at.write({
      'migrations/004_next.sql': migration('CREATE TABLE ok ();\nALTER TABLE users ADD COLUMN id int;'),
      'migrations/005_more.sql': migration('SELECT 1;'),
    });
    const plan = await at.call('plan', { rehearse: true });
    expect(plan.ok).toBe(false);
    expect(plan.findings.find(({ code }) => code === 'plan/rehearsal-failed')).toMatchObject({
      level: 'error',
      subject: '004_next',
      message: expect.stringContaining('column "id" of relation "users" already exists'),
      hint: expect.stringContaining('ALTER TABLE users'),
      place: { file: 'migrations/004_next.sql', line: 3, column: 1 },
    });
    expect(plan.data).toMatchObject({ rehearsal: { failed: '004_next', statements: 1 } });
    expect(measured(plan).map((one) => one === null)).toEqual([false, true, true]);
    const deferred = migration(
      'ALTER TABLE users ADD COLUMN boss int REFERENCES users DEFERRABLE INITIALLY DEFERRED;\nINSERT INTO users VALUES (1, 2);',
    );
    at.write({ 'migrations/004_next.sql': deferred });
    expect((await at.call('plan', { rehearse: true })).findings.at(-1)?.message).toContain('at COMMIT: ');
  }));

test('a migration that hangs is cut off and named', () =>
  withShop(three(), async (at) => {
    await at.call('up');
    at.write({ 'migrations/004_hang.sql': migration('SELECT 1;\nSELECT pg_sleep(3600);') });
    const config = { timeouts: { lock: 1000, lockRetries: 0, lockHeld: 1000, statement: 400 } };
    const plan = await at.call('plan', { rehearse: true }, { config });
    const [found] = plan.findings.filter(({ code }) => code === 'plan/rehearsal-failed');
    expect(found?.message).toBe('the up of 004_hang does not run on the copy: the statement did not end within 0.4 s');
    expect(found?.place?.line).toBe(3);
  }));

test('Ctrl-C ends a rehearsal that hangs, and the scratch database is gone', () =>
  withShop(three(), async (at) => {
    at.write({ 'migrations/004_hang.sql': migration("SELECT pg_sleep(3600), 'hanging here';") });
    const stop = new AbortController();
    const emit = (event: Event): void => {
      if (event.kind === 'progress' && event.text === '004_hang') void hanging(at).then(() => stop.abort());
    };
    const runtime = { emit, signal: stop.signal };
    expect(await at.fails('plan', { rehearse: true }, { runtime })).toMatchObject({ code: 'RUN_INTERRUPTED' });
  }));

async function hanging(at: Shop): Promise<void> {
  const ask =
    "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%hanging here%' AND pid <> pg_backend_pid()";
  while ((await at.query(ask)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('a database that changed while it was planned is told', () =>
  withShop(three(), async (at) => {
    await at.call('up', { steps: 2 });
    const during = (sql: string) => async (): Promise<Outcome> => {
      let once = false;
      let done: Promise<unknown> = Promise.resolve();
      const emit = (event: Event): void => {
        if (event.kind !== 'start' || once) return;
        once = true;
        done = at.query(sql);
      };
      const plan = await at.call('plan', { rehearse: true }, { runtime: { emit } });
      await done;
      return plan;
    };
    expect(codes(await during('SELECT 1')())).toEqual([]);
    expect(codes(await during('VACUUM ANALYZE users')())).toEqual([]);
    const catalog = await during('ALTER TABLE users ADD COLUMN quick int')();
    expect(catalog.findings).toContainEqual(
      expect.objectContaining({
        code: 'plan/changed-meanwhile',
        message: expect.stringContaining('the catalog was changed'),
      }),
    );
    const other = await during("DELETE FROM schema_migrations WHERE version = '002'")();
    expect(other.findings[0]?.message).toContain('another run has changed the history');
  }));

test('from a backup: its rows, brought to what is applied; one that is ahead is refused', () =>
  withShop(three(), async (at) => {
    await at.call('up', { steps: 2 });
    await at.query('INSERT INTO users SELECT generate_series(1, 500)');
    await at.call('backup-create');
    await at.call('up');
    at.write({ 'migrations/004_check.sql': migration('ALTER TABLE users ADD CHECK (id < 100);') });
    const plan = await at.call('plan', { rehearse: true, fromBackup: 'latest' });
    expect(plan.data).toMatchObject({
      rehearsal: { source: 'backup', backup: expect.stringMatching(/^2/), replayed: 1, failed: '004_check' },
    });
    expect(plan.findings.at(-1)?.message).toContain('is violated by some row');
    expect(
      await at.query("SELECT FROM pg_database WHERE datname LIKE 'strata_scratch_%_' || pg_backend_pid()"),
    ).toEqual([]);
    at.remove('migrations/004_check.sql');
    await at.call('down', { steps: 2 });
    expect(await at.fails('plan', { rehearse: true, fromBackup: 'latest' })).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^backup .* has migrations that the database has not$/),
      more: { detail: '002_subjects' },
    });
  }));

describe('refusals', () => {
  test('a role that may not create databases is told which privilege it lacks; another server will do', () =>
    withShop(three(), async (at) => {
      await at.call('up', { steps: 2 });
      const role = `strata_plan_${process.pid}`;
      await at.query(`CREATE ROLE ${role} ${login()}; GRANT pg_read_all_data TO ${role}`);
      try {
        const poor = shop(three(), { ...at.target, user: role });
        const denied = await poor.fails('plan', { rehearse: true });
        expect(denied).toMatchObject({ code: 'SCRATCH_DENIED', exit: 6 });
        expect(denied.more.hint).toContain(`ALTER ROLE "${role}" CREATEDB`);
        const on = targetUrl(withDatabaseName(serverTarget(), 'postgres'));
        expect((await poor.call('plan', { rehearse: true, rehearseOn: on })).data).toMatchObject({
          rehearsal: { replayed: 2, statements: 1 },
        });
      } finally {
        await at.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      }
    }));

  test('flags of a rehearsal without one; applied files that do not run', () =>
    withShop(three(), async (at) => {
      for (const flag of ['fromBackup', 'rehearseOn']) {
        expect(await at.fails('plan', { [flag]: 'x' })).toMatchObject({
          code: 'USAGE',
          more: { hint: 'Add --rehearse.' },
        });
      }
      expect(await at.fails('plan', { rehearse: true, fromBackup: 'latest' })).toMatchObject({
        code: 'BACKUP_NOT_FOUND',
      });
      await at.query('CREATE TABLE elsewhere ()');
      at.write({
        'migrations/001_users.sql': migration('CREATE TABLE users (id int); COMMENT ON TABLE elsewhere IS $$x$$;'),
      });
      await at.call('up', { steps: 1 });
      const broken = await at.fails('plan', { rehearse: true });
      expect(broken).toMatchObject({
        code: 'MIGRATION_FAILED',
        more: { detail: expect.stringContaining('001_users.sql:2') },
      });
    }));
});

describe('the comparison', () => {
  const place = { file: 'a.sql', line: 1, column: 1 };
  const relation = (one: Partial<MeasuredRelation>): MeasuredRelation => ({
    schema: 'public',
    name: 't',
    lock: 'SHARE',
    taken: true,
    work: 'metadata',
    filled: true,
    ...one,
  });
  const note = (one: Partial<LockNote>): LockNote => ({
    relation: 't',
    schema: 'public',
    name: 't',
    lock: 'SHARE',
    work: 'metadata',
    rows: 1,
    bytes: 1,
    exists: true,
    certain: true,
    ...one,
  });
  const compare = (foretold: readonly LockNote[], seen: MeasuredRelation, sampled = false): readonly Finding[] =>
    differences('m', { sql: 'x', place }, foretold, { milliseconds: 1, relations: [seen], sampled });

  test.each([
    ['the same', [note({})], relation({}), 0],
    ['a stronger lock', [note({})], relation({ lock: 'ACCESS EXCLUSIVE' }), 1],
    ['a stronger lock that was held before', [note({})], relation({ lock: 'ACCESS EXCLUSIVE', taken: false }), 0],
    ['a weaker lock', [note({ lock: 'ACCESS EXCLUSIVE' })], relation({}), 1],
    ['a lock that every query takes', [], relation({ lock: 'ROW SHARE' }), 0],
    [
      'the strongest of several',
      [note({}), note({ lock: 'ACCESS EXCLUSIVE' })],
      relation({ lock: 'ACCESS EXCLUSIVE' }),
      0,
    ],
    ['a scan not foretold', [note({})], relation({ work: 'scan' }), 1],
    ['a rewrite instead of a scan', [note({ work: 'scan' })], relation({ work: 'rewrite' }), 1],
    ['a rewrite that is none', [note({ work: 'rewrite' })], relation({ filled: false }), 1],
    ['a scan that is none', [note({ work: 'scan' })], relation({}), 1],
    ['a scan of nothing', [note({ work: 'scan' })], relation({ filled: false }), 0],
    ['rows that are written', [note({ work: 'rows' })], relation({ work: 'scan' }), 0],
    ['another schema', [note({ schema: 's' })], relation({}), 1],
    [
      'what a block did not come to',
      [note({ lock: 'ACCESS EXCLUSIVE', work: 'rewrite', certain: false })],
      relation({}),
      0,
    ],
    ['more than a block holds', [note({ certain: false })], relation({ lock: 'ACCESS EXCLUSIVE' }), 1],
  ] as const)('%s', (_, foretold, seen, count) => {
    expect(compare(foretold, seen)).toHaveLength(count);
  });

  test('a lock that was only looked at from outside may have been stronger', () => {
    expect(compare([note({ lock: 'ACCESS EXCLUSIVE' })], relation({}), true)).toEqual([]);
  });
});

test('dry: planning gives no transaction an id; that a standby will do is in test/migrate/standby.test.ts', () =>
  withScratchServer({ runtime: realRuntime(), settings: { autovacuum: 'off' } }, async (server) => {
    const at = shop(
      { ...three(), 'migrations/004_x.sql': migration('ALTER TABLE users ADD COLUMN x int;') },
      server.target,
    );
    await at.call('up', { steps: 3 });
    const next = (): Promise<unknown> =>
      withSession(server.target, (session) =>
        session.query('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS id'),
      );
    const before = await next();
    const plan = await at.call('plan');
    expect(plan.data).toMatchObject({ steps: [{ version: '004' }] });
    await at.call('plan down');
    await at.call('up', { dryRun: true });
    expect(await next()).toEqual(before);
    await at.query('CREATE TABLE written ()');
    expect(await next()).not.toEqual(before);
  }));

test('10,000 statements', () =>
  withShop(three(), async (at) => {
    await at.call('up');
    await at.query('INSERT INTO users VALUES (-1)');
    const inserts = Array.from({ length: 9_998 }, (_, n) => `INSERT INTO users VALUES (${n});`);
    at.write({
      'migrations/004_many.sql': migration([...inserts, 'CREATE INDEX ON users (id);', 'SELECT 1;'].join('\n')),
    });
    const plan = await at.call('plan');
    const [step] = (plan.data as Data).steps;
    expect(step?.statements).toHaveLength(10_000);
    expect(codes(plan, 'lint/')).toContain('lint/index-concurrently');
  }));
