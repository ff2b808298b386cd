/** The cycle: clean histories pass, and each way of not being undone is told with its object, definitions and line. */
import { expect, test } from 'vitest';
import type { Finding, Outcome } from '../../src/base/finding.ts';
import type { CycleData } from '../../src/commands/cycle.ts';
import { withSession } from '../../src/pg/pool.ts';
import { shop, tableMigration, three } from '../migrate/harness.ts';
import { login, serverTarget, useDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';

const db = useDatabase();

function sql(up: string, down: string): string {
  return `-- Up Migration\n${up}\n-- Down Migration\n${down}\n`;
}

async function cycle(files: Readonly<Record<string, string>>, options = {}): Promise<Outcome<CycleData>> {
  return (await shop(files, db.target()).call('cycle', options)) as Outcome<CycleData>;
}

function results({ data }: Outcome<CycleData>): string[] {
  return data.migrations.map(({ result }) => result);
}

const only = ({ findings }: Outcome): Finding => {
  expect(findings).toHaveLength(1);
  return findings[0] as Finding;
};

test('a history that is undone and repeated is clean, and the database itself stays as it was', async () => {
  const outcome = await cycle({
    ...three(),
    'migrations/004_alter.sql': sql(
      'ALTER TABLE users ADD COLUMN name text, ADD CONSTRAINT chk CHECK (name <> $$ $$);\nCREATE INDEX users_name ON users (name);',
      'ALTER TABLE users DROP COLUMN name;',
    ),
    'migrations/005_index.sql': sql(
      'CREATE INDEX CONCURRENTLY subjects_id ON subjects (id);',
      'DROP INDEX CONCURRENTLY subjects_id;',
    ),
    'migrations/006_function.sql': sql(
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; COMMENT ON TABLE users IS $$all$$;',
      'COMMENT ON TABLE users IS NULL; DROP FUNCTION f();',
    ),
    'migrations/007_opaque.ts': `export async function up(pgm) {
  await pgm.db.query('CREATE TABLE opaque (id int)');
  pgm.sql('CREATE INDEX opaque_id ON opaque (id)');
}
export async function down(pgm) { await pgm.db.query('DROP TABLE opaque'); }`,
    'migrations/008_prepares.sql': sql(
      'PREPARE one AS SELECT 1; EXECUTE one; CREATE TABLE prepared (id int);',
      'DEALLOCATE ALL; DROP TABLE prepared;',
    ),
    'migrations/009_more.sql': tableMigration('more'),
  });
  expect(outcome.findings).toEqual([]);
  expect(results(outcome)).toEqual(Array(9).fill('clean'));
  expect(outcome.ok).toBe(true);
  await db.session(async (s) => {
    expect(await s.query("SELECT FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
    // Other files of tests run beside this one.
    expect(await s.query(`SELECT FROM pg_database WHERE datname LIKE 'strata_scratch_%\\_${process.pid}\\_%'`)).toEqual(
      [],
    );
  });
});

test('what a down leaves behind is told with its line in up, and the migrations after it are still judged', async () => {
  const outcome = await cycle({
    ...three(),
    'migrations/002_subjects.sql': sql(
      'CREATE TABLE subjects (id int PRIMARY KEY);\nALTER TABLE users ADD COLUMN IF NOT EXISTS nick text;',
      'DROP TABLE subjects;',
    ),
  });
  expect(results(outcome)).toEqual(['clean', 'differs', 'clean']);
  const found = only(outcome);
  expect(found.code).toBe('cycle/not-restored');
  expect(found.subject).toBe('public.users.nick');
  expect(found.message).toBe('002_subjects: after down column public.users.nick is left behind');
  expect(found.hint).toContain('before up: not there');
  expect(found.hint).toContain('after down: nick text');
  expect(found.place).toEqual({ file: 'migrations/002_subjects.sql', line: 3, column: 1 });
  expect(outcome.ok).toBe(false);
});

test.each([
  ['dropped and not brought back', 'ALTER TABLE users DROP CONSTRAINT users_pkey', 'SELECT 1', 'is not brought back'],
  [
    'brought back otherwise',
    'DROP FUNCTION f()',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 2 $$',
    'definition changed',
  ],
  ['a comment left', 'COMMENT ON TABLE users IS $$new$$', 'SELECT 1', 'comment changed from none to new'],
  ['a grant left', 'GRANT SELECT ON users TO PUBLIC', 'SELECT 1', 'grants changed'],
  ['a default left', 'ALTER TABLE users ALTER id SET DEFAULT 5', 'SELECT 1', 'default changed from none to 5'],
  ['a comment on the schema', 'COMMENT ON SCHEMA public IS $$x$$', 'SELECT 1', 'schema public: comment changed'],
])('%s', async (_what, up, down, words) => {
  const outcome = await cycle({
    'migrations/001_users.sql': tableMigration(
      'users',
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;',
    ).replace('DROP TABLE users', 'DROP FUNCTION f(); DROP TABLE users'),
    'migrations/002_change.sql': sql(`${up};`, `${down};`),
  });
  expect(results(outcome)[0]).toBe('clean');
  expect(outcome.findings.map(({ code }) => code)).toContain('cycle/not-restored');
  expect(outcome.findings.map(({ message }) => message).join('\n')).toContain(words);
});

test('an up that says something else the second time', async () => {
  const outcome = await cycle({
    'migrations/001_a.sql': sql(
      `DO $$ BEGIN IF nextval('pg_temp.s') IS NULL THEN NULL; END IF; EXCEPTION WHEN OTHERS THEN NULL; END $$;
       DO $$ BEGIN EXECUTE format('CREATE TABLE t_%s (id int)', pg_current_xact_id()::text::int8 % 1000); END $$;`,
      `DO $$ DECLARE r text; BEGIN FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE 'DROP TABLE ' || r; END LOOP; END $$;`,
    ),
    'migrations/002_b.sql': tableMigration('b'),
  });
  expect(results(outcome)).toEqual(['differs', 'clean']);
  expect(new Set(outcome.findings.map(({ code }) => code))).toEqual(new Set(['cycle/not-repeated']));
});

test('a second up that fails names what the down left behind; a down that fails shows its line', async () => {
  const outcome = await cycle({
    'migrations/001_a.sql': sql('CREATE TABLE a (id int);', 'SELECT 1;'),
    'migrations/002_b.sql': sql('CREATE TABLE b (id int);', 'DROP TABLE b;\nDROP TABLE typo;'),
    'migrations/003_c.sql': tableMigration('c'),
  });
  expect(results(outcome)).toEqual(['failed', 'failed', 'clean']);
  expect(outcome.findings.map(({ code }) => code)).toEqual([
    'cycle/not-restored',
    'cycle/up-again-failed',
    'cycle/down-failed',
  ]);
  const [left, again, down] = outcome.findings;
  expect(left?.message).toContain('table public.a is left behind');
  expect(again?.message).toBe('001_a fails in up again: relation "a" already exists');
  expect(down?.place).toEqual({ file: 'migrations/002_b.sql', line: 5, column: 1 });
  expect(down?.hint).toContain('> 5 | DROP TABLE typo;');
});

test('a migration that does not go up ends the cycle; those after it are reported as not run', async () => {
  const outcome = await cycle({
    ...three(),
    'migrations/002_subjects.sql': sql('CREATE TABLE subjects (id nonsense);', 'DROP TABLE subjects;'),
  });
  expect(results(outcome)).toEqual(['clean', 'failed', 'not_run']);
  expect(only(outcome).code).toBe('cycle/up-failed');
  expect(outcome.view[0]).toMatchObject({ text: expect.stringContaining('1 not run') });
});

test('an irreversible migration is a note, and the ones after it stand on it', async () => {
  const outcome = await cycle({
    'migrations/001_a.ts':
      "export const up = (pgm) => pgm.createTable('a', { id: 'int' });\nexport const down = false;",
    'migrations/002_b.sql': sql('ALTER TABLE a ADD COLUMN b int;', 'ALTER TABLE a DROP COLUMN b;'),
  });
  expect(results(outcome)).toEqual(['irreversible', 'clean']);
  expect(only(outcome)).toMatchObject({ code: 'cycle/irreversible', level: 'note' });
  expect(outcome.ok).toBe(true);
});

test('--steps judges the last ones only; nothing to judge is an error', async () => {
  expect(results(await cycle(three(), { steps: 1 }))).toEqual(['clean']);
  expect(results(await cycle(three(), { to: '002' }))).toEqual(['clean', 'clean']);
  expect(only(await cycle(three(), { to: '9' }))).toMatchObject({ code: 'cycle/nothing', level: 'error' });
  expect(only(await cycle({ 'migrations/.keep': '' }))).toMatchObject({ code: 'cycle/nothing', level: 'error' });
});

test('a role that may not create databases is told which privilege it lacks', async () => {
  const role = `strata_cycle_${process.pid}`;
  await withSession(serverTarget(), (s) => s.query(`CREATE ROLE ${role} ${login()}`));
  try {
    const error = await shop(three(), { ...db.target(), user: role }).fails('cycle');
    expect(error.code).toBe('SCRATCH_DENIED');
    expect(error.more.hint).toContain(`ALTER ROLE "${role}" CREATEDB`);
  } finally {
    await withSession(serverTarget(), (s) => s.query(`DROP ROLE ${role}`));
  }
});

test.each([
  ['between two migrations', 'SELECT 1'],
  ['in a migration that hangs', 'SELECT pg_sleep(60)'],
])('interrupted %s, a cycle ends soon and leaves no database behind', async (_when, slow) => {
  const controller = new AbortController();
  const emit = (event: { kind: string }): void => {
    if (event.kind !== 'progress') return;
    if (slow === 'SELECT 1') controller.abort();
    else setTimeout(() => controller.abort(), 200);
  };
  const files = { ...three(), 'migrations/002_subjects.sql': sql(`${slow};`, 'SELECT 1;') };
  const started = Date.now();
  const error = await shop(files, db.target()).fails('cycle', {}, { runtime: { emit, signal: controller.signal } });
  expect(error.code).toBe('RUN_INTERRUPTED');
  expect(Date.now() - started).toBeLessThan(10_000);
  await db.session(async (s) =>
    expect(await s.query(`SELECT FROM pg_database WHERE datname LIKE 'strata_scratch_%\\_${process.pid}\\_%'`)).toEqual(
      [],
    ),
  );
});

test('the marketplace cycles clean, by the command line', async () => {
  const { status, stdout } = await strata(['cycle', '--json'], { target: db.target() });
  const { findings, data } = JSON.parse(stdout);
  expect(findings).toEqual([]);
  expect(data.cycled).toBeGreaterThan(0);
  expect(status).toBe(0);
}, 180_000);

test('as SARIF each finding has its place', async () => {
  const cwd = project({ 'migrations/001_a.sql': sql('CREATE TABLE a (id int);', 'SELECT 1;') });
  const { status, stdout } = await strata(['cycle', '--format', 'sarif'], { cwd, target: db.target() });
  expect(status).toBe(1);
  const [first] = JSON.parse(stdout).runs[0].results;
  expect(first.locations[0].physicalLocation.region.startLine).toBe(2);
});
