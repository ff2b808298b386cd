/** `check`: what passes, and for each check a repository that fails for exactly that reason. */
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/base/finding.ts';
import type { CheckData, Checked } from '../../src/commands/check.ts';
import { readMigrations } from '../../src/migrate/files.ts';
import { lockFileText } from '../../src/migrate/lockfile.ts';
import { withSession } from '../../src/pg/pool.ts';
import { type Shop, shop, withShop } from '../migrate/harness.ts';
import { login, serverTarget } from '../support/database.ts';
import { project, strata, write } from '../support/project.ts';

const TABLE = `-- Up Migration
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
COMMENT ON TABLE users IS 'Who uses it';
-- Down Migration
DROP TABLE users;
`;
const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
  additionalProperties: false,
});
const REPOSITORY = 'verify,lint,seed,cycle,types';

async function check(at: Shop, options = {}): Promise<Outcome<CheckData>> {
  return (await at.call('check', options)) as Outcome<CheckData>;
}

/** Codes of what is an error. */
function errors({ findings }: Outcome): string[] {
  return findings.filter(({ level }) => level === 'error').map(({ code }) => code);
}

function checked({ data }: Outcome<CheckData>, name: string): Checked | undefined {
  return data.checks.find(({ check }) => check === name);
}

/** A repository in order: migrations, lock file, types, a seed set. */
async function inOrder(at: Shop): Promise<void> {
  at.write({
    'migrations/001_users.sql': TABLE,
    'seeds/demo/10_users.json': '[{"name": "Ada"}]',
    'seeds/schemas/users.schema.json': SCHEMA,
  });
  lock(at);
  await at.call('up');
  await at.call('types');
}

function lock({ root, write }: Shop): void {
  const { files } = readMigrations({ root, migrations: 'migrations', sql: 'sql' });
  write({ 'strata.lock.json': lockFileText(files) });
}

test('a repository in order passes, each check tells what it judged, and the live database may be empty', () =>
  withShop({}, async (at) => {
    await inOrder(at);
    await at.query('DROP TABLE users, schema_migrations CASCADE');
    const outcome = await check(at);
    expect(errors(outcome)).toEqual([]);
    expect(outcome.data.checks.map((one) => one.check).join()).toBe(REPOSITORY);
    expect(checked(outcome, 'verify')?.judged).toEqual({ files: 1, locked: 1 });
    expect(checked(outcome, 'lint')?.judged).toMatchObject({ files: 1, statements: 3 });
    expect(checked(outcome, 'seed')?.judged).toEqual({ sets: 1, rows: 1, programs: 0 });
    expect(checked(outcome, 'cycle')?.judged).toEqual({ migrations: 1 });
    expect(checked(outcome, 'types')?.judged).toMatchObject({ relations: 1 });
    expect(outcome.view).toMatchObject([{ kind: 'table', head: ['check', 'judged', 'findings', 'time'] }]);
    expect(at.events.filter(({ kind }) => kind === 'fail')).toEqual([]);
  }));

/** What is broken, and which check must tell it with which code. */
const BROKEN: readonly (readonly [string, string, string, (at: Shop) => void])[] = [
  [
    'an edit behind the lock file',
    'verify',
    'lock/changed',
    (at) => at.write({ 'migrations/001_users.sql': `${TABLE}--` }),
  ],
  [
    'a migration that is not in the lock file',
    'verify',
    'lock/not-locked',
    (at) => at.write({ 'migrations/002_more.sql': TABLE.replaceAll('users', 'more') }),
  ],
  ['a lock file with a conflict', 'verify', 'check/failed', (at) => at.write({ 'strata.lock.json': '<<<<<<< ours\n' })],
  [
    'a statement that locks too long',
    'lint',
    'lint/',
    (at) =>
      at.write({
        'migrations/002_i.sql': '-- Up Migration\nCREATE INDEX i ON users (name);\n-- Down Migration\nDROP INDEX i;\n',
      }),
  ],
  ['seed sets without a row', 'seed', 'check/nothing', (at) => at.write({ 'seeds/demo/10_users.json': '[]' })],
  ['a seed file that is not valid', 'seed', 'seed/', (at) => at.write({ 'seeds/demo/10_users.json': '{' })],
  [
    'a down that leaves a table',
    'cycle',
    'cycle/',
    (at) => at.write({ 'migrations/001_users.sql': TABLE.replace('DROP TABLE users', 'SELECT 1') }),
  ],
  [
    'types of another schema',
    'types',
    'types/stale',
    (at) => at.write({ 'migrations/001_users.sql': TABLE.replace('name text NOT NULL', 'name text') }),
  ],
  [
    'a migration that cannot be read',
    'cycle',
    'check/failed',
    (at) => at.write({ 'migrations/002_broken.ts': 'export {' }),
  ],
  [
    'a migration that does not run',
    'types',
    'check/not-replayed',
    (at) => at.write({ 'migrations/001_users.sql': TABLE.replace('bigint', 'nothing_like_it') }),
  ],
];

test.each(BROKEN)('%s: %s says %s', (_, name, code, spoil) =>
  withShop({}, async (at) => {
    await inOrder(at);
    spoil(at);
    const outcome = await check(at, { only: [name] });
    expect(outcome.ok).toBe(false);
    expect(errors(outcome).every((one) => one.startsWith(code))).toBe(true);
    expect(outcome.data.checks).toMatchObject([{ check: name, findings: outcome.findings.length }]);
    const whole = await check(at);
    expect(whole.data.checks).toHaveLength(5);
    expect(errors(whole)).toEqual(expect.arrayContaining(errors(outcome)));
  }),
);

test('a check that judged nothing is an error, except seed files', () =>
  withShop({ 'migrations/.gitkeep': '' }, async (at) => {
    const outcome = await check(at);
    const subjects = outcome.findings
      .filter(({ code }) => code === 'check/nothing')
      .map((one) => [one.subject, one.level]);
    expect(subjects).toEqual(
      expect.arrayContaining([
        ['verify', 'error'],
        ['seed', 'note'],
      ]),
    );
    expect(errors(outcome)).toEqual(expect.arrayContaining(['lint/nothing', 'cycle/nothing']));
    expect(outcome.ok).toBe(false);
  }));

test('--live judges the live database: its history, its catalog, its drift', () =>
  withShop({}, async (at) => {
    await inOrder(at);
    const clean = await check(at, { live: true });
    expect(errors(clean)).toEqual([]);
    expect(checked(clean, 'drift')?.judged).toEqual({ migrations: 1 });
    expect(checked(clean, 'verify')?.judged).toEqual({ applied: 1, files: 1, locked: 1 });
    await at.query('CREATE TABLE by_hand (id int)');
    expect(errors(await check(at))).toEqual([]);
    expect(errors(await check(at, { live: true }))).toEqual(['verify/catalog-changed', 'drift/unknown']);
  }));

test('choices: lists with commas; names that are no check, nothing left, and drift without --live are refused', () =>
  withShop({}, async (at) => {
    await inOrder(at);
    const outcome = await check(at, { only: ['verify,seed', 'lint'], skip: ['seed'] });
    expect(outcome.data.checks.map((one) => one.check)).toEqual(['verify', 'lint']);
    for (const options of [
      { only: ['lnit'] },
      { skip: ['lnit'] },
      { only: ['lint'], skip: ['lint'] },
      { only: ['drift'] },
    ]) {
      expect(await at.fails('check', options)).toMatchObject({ code: 'USAGE', more: { hint: expect.any(String) } });
    }
  }));

test('a server that is away, and a role that may not create databases, are refusals and no findings', async () => {
  const files = { 'migrations/001_users.sql': TABLE };
  expect(await shop(files, { ...serverTarget(), port: 1 }).fails('check')).toMatchObject({ code: 'CONNECT_FAILED' });
  const offline = await check(shop(files, { ...serverTarget(), port: 1 }), { only: ['verify,lint,seed'] });
  expect(errors(offline)).toEqual([]);
  const role = `strata_check_${process.pid}`;
  await withSession(serverTarget(), (s) => s.query(`CREATE ROLE ${role} ${login()}`));
  try {
    const at = shop(files, { ...serverTarget(), user: role });
    expect(await at.fails('check')).toMatchObject({ code: 'SCRATCH_DENIED' });
    const data = (await check(at, { only: ['verify,lint'] })).data.checks;
    expect(data.map((one) => one.check)).toEqual(['verify', 'lint']);
  } finally {
    await withSession(serverTarget(), (s) => s.query(`DROP ROLE ${role}`));
  }
});

test('the marketplace passes; broken, each format tells it with status 1', async () => {
  const cwd = project();
  for (const path of ['migrations', 'sql', 'seeds', 'generated', 'strata.config.json', 'strata.lock.json']) {
    cpSync(path, join(cwd, path), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(cwd, 'node_modules'));
  const ran = await strata(['check', '--json'], { cwd, target: serverTarget() });
  expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, findings: [] });
  expect(ran.status).toBe(0);
  write(cwd, {
    'generated/types.ts': `${readFileSync(join(cwd, 'generated/types.ts'), 'utf8')}export type More = 1;\n`,
  });
  for (const [format, words] of [
    ['table', 'types/stale'],
    ['github', '::error file=generated/types.ts'],
    ['junit', '<failure'],
    ['sarif', '"ruleId": "types/stale"'],
  ] as const) {
    const broken = await strata(['check', '--only', 'types', '--format', format], { cwd, target: serverTarget() });
    expect(broken.status).toBe(1);
    expect(broken.stdout + broken.stderr).toContain(words);
  }
});
