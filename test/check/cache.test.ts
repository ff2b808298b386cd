/**
 * What `check` remembers: clean results alone, until something changes that they rest on. On a server of its own: roles
 * of a server are part of what is compared, and other tests make some.
 */
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson, sha256 } from '../../src/base/canonical.ts';
import type { Finding, Outcome } from '../../src/base/finding.ts';
import { type Event, realRuntime } from '../../src/base/runtime.ts';
import type { CheckData } from '../../src/commands/check.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { readMigrations } from '../../src/migrate/files.ts';
import { lockFileText } from '../../src/migrate/lockfile.ts';
import { withSession } from '../../src/pg/pool.ts';
import { closeScratchServer, openScratchServer } from '../../src/server/scratch-server.ts';
import { type More, type Shop, shop } from '../migrate/harness.ts';
import { project, strata } from '../support/project.ts';

let server: Awaited<ReturnType<typeof openScratchServer>>;
beforeAll(async () => {
  server = await openScratchServer({ runtime: realRuntime(), settings: { fsync: 'off' } });
});
afterAll(() => closeScratchServer(server));

const USERS = `import { text } from '../lib/columns.ts';
export function up(pgm) {
  pgm.createTable('users', { id: { type: 'bigint', primaryKey: true }, name: text });
  pgm.install('views/names', 1);
}
`;
const FILES = {
  'migrations/001_users.ts': USERS,
  'lib/columns.ts': `export { text } from './text';\n`,
  'lib/text.ts': `export const text = { type: 'text' };\n`,
  'sql/views/names_v1.sql': 'CREATE VIEW names AS SELECT name FROM users;\n',
  'seeds/demo/10_users.json': '[{"id": "1", "name": "Ada"}]',
  'seeds/schemas/users.schema.json': JSON.stringify({
    type: 'object',
    properties: { id: { type: 'string' }, name: { type: 'string' } },
    additionalProperties: false,
  }),
};
const LINT = {
  ...DEFAULTS.lint,
  rules: { 'foreign-key-index': 'off', 'view-security-invoker': 'off' },
} as const;

/** A repository in order, of which lint and seeds were checked once. */
async function judgedOnce(): Promise<Shop> {
  const at = shop(FILES, server.target, { lint: LINT });
  expect(await check(at, FEW)).toMatchObject({ ok: true, cached: [] });
  return at;
}

const FEW = { only: ['lint,seed'] };

/** A repository in order, checked once. */
async function checkedOnce(files: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const at = shop({ ...FILES, ...files }, server.target, { lint: LINT });
  const { files: all } = readMigrations({ root: at.root, migrations: 'migrations', sql: 'sql' });
  at.write({ 'strata.lock.json': lockFileText(all) });
  await at.call('up');
  await at.call('types');
  await at.call('down', { steps: all.length });
  expect(await check(at)).toMatchObject({ ok: true, cached: [] });
  return at;
}

interface Seen {
  readonly ok: boolean;
  readonly cached: readonly string[];
  readonly uncached: readonly (string | null)[];
  readonly findings: readonly Finding[];
  readonly outcome: Outcome<CheckData>;
}

async function check(at: Shop, options = {}, more: More = {}): Promise<Seen> {
  const outcome = (await at.call('check', options, more)) as Outcome<CheckData>;
  const { checks } = outcome.data;
  return {
    ok: outcome.ok,
    cached: checks.filter(({ cached }) => cached !== null).map((one) => one.check),
    uncached: checks.map(({ uncached }) => uncached),
    findings: outcome.findings,
    outcome,
  };
}

const ALL = ['lint', 'seed', 'cycle', 'types'];
const folder = (at: Shop): string => join(at.root, '.strata/cache/check');

test('nothing changed: what was clean is taken from the cache, with its counts, and that is said', async () => {
  const at = await checkedOnce();
  const again = await check(at);
  expect(again).toMatchObject({ ok: true, cached: ALL, findings: [] });
  const counts = again.outcome.data.checks.map(({ check: name, judged }) => [name, Object.values(judged)[0]]);
  expect(counts).toEqual([
    ['verify', 1],
    ['lint', expect.any(Number)],
    ['seed', 1],
    ['cycle', 1],
    ['types', expect.any(Number)],
  ]);
  for (const [, count] of counts) expect(count).toBeGreaterThan(0);
  const text = again.outcome.view.map((block) => (block.kind === 'text' ? block.text : '')).join('');
  expect(text).toMatch(/^4 of 5 checks rest on what has not changed since 20.*Z; judge them anew with --no-cache$/);
});

test('--no-cache judges anew and remembers nothing', async () => {
  const at = await checkedOnce();
  expect(await check(at, { noCache: true })).toMatchObject({ ok: true, cached: [] });
  rmSync(folder(at), { recursive: true });
  await check(at, { noCache: true });
  expect(() => readdirSync(folder(at))).toThrow('ENOENT');
  const ran = await strata(['check', '--only', 'verify,lint', '--no-cache', '--cwd', at.root]);
  expect(ran.stdout).toContain('files, 1 locked');
  expect(() => readdirSync(folder(at))).toThrow('ENOENT');
});

/** What is changed, and the checks that are judged anew. */
const CHANGES: readonly (readonly [string, (at: Shop) => void, readonly string[]])[] = [
  ['a migration', (at) => at.write({ 'migrations/001_users.ts': `${USERS}\n` }), ['lint', 'cycle', 'types']],
  ['a new migration', (at) => at.write({ 'migrations/002_a.sql': 'SELECT 1;' }), ['lint', 'cycle', 'types']],
  [
    'a part',
    (at) => at.write({ 'sql/views/names_v1.sql': 'CREATE VIEW names AS SELECT id FROM users;' }),
    ['lint', 'cycle', 'types'],
  ],
  [
    'a module that a module of a migration imports',
    (at) => at.write({ 'lib/text.ts': `export const text = { type: 'nothing' };` }),
    ['lint', 'cycle', 'types'],
  ],
  ['a seed file', (at) => at.write({ 'seeds/demo/10_users.json': '[]' }), ['seed']],
  ['a schema of seeds', (at) => at.write({ 'seeds/schemas/users.schema.json': '{}' }), ['seed']],
  ['the generated types', (at) => at.write({ 'generated/types.ts': '' }), ['types']],
  ['a generated file that is gone', (at) => at.remove('generated/schemas.ts'), ['types']],
  ['how modules are read', (at) => at.write({ 'package.json': '{ "type": "module" }' }), ['lint', 'cycle', 'types']],
];

test.each(CHANGES)('%s: what rests on it is judged anew', async (_, change, anew) => {
  const at = await checkedOnce();
  change(at);
  const again = await check(at);
  expect(again.cached).toEqual(ALL.filter((name) => !anew.includes(name)));
});

test('a JSON Schema that a comment of a column names, wherever it is', async () => {
  const users = USERS.replace('name: text', `name: text, doc: { type: 'jsonb', comment: '@schema(shapes/doc.json)' }`);
  const at = await checkedOnce({ 'migrations/001_users.ts': users, 'shapes/doc.json': '{ "type": "object" }' });
  at.write({ 'shapes/doc.json': '{ "type": "object", "properties": { "n": { "type": "integer" } } }' });
  const again = await check(at);
  expect(again).toMatchObject({ ok: false, cached: ['lint', 'seed', 'cycle'] });
  expect(again.findings.map(({ code }) => code)).toEqual(['types/stale', 'types/stale']);
});

test('another configuration, another server: judged anew', async () => {
  const at = await checkedOnce();
  const config = { lint: { ...LINT, rules: { ...LINT.rules, 'prefer-identity': 'off' as const } } };
  expect((await check(at, {}, { config })).cached).toEqual([]);
  expect((await check(at)).cached).toEqual(ALL);
  await withSession(server.target, (session) => session.query('CREATE ROLE somebody_new'));
  try {
    expect((await check(at)).cached).toEqual(['lint', 'seed']);
  } finally {
    await withSession(server.target, (session) => session.query('DROP ROLE somebody_new'));
  }
});

test('roles that the migrations make are there for the next run, which is no change', async () => {
  const role =
    '-- Up Migration\nDO $$ BEGIN CREATE ROLE left_behind; EXCEPTION WHEN duplicate_object THEN NULL; END $$;\n-- Down Migration\nSELECT 1;\n';
  try {
    const at = await checkedOnce({ 'migrations/002_role.sql': role });
    expect((await check(at)).cached).toEqual(ALL);
  } finally {
    await withSession(server.target, (session) => session.query('DROP ROLE left_behind'));
  }
});

test('what was found is found again, each time: errors, warnings and notes', async () => {
  const at = await judgedOnce();
  at.write({
    'migrations/002_i.sql': '-- Up Migration\nCREATE INDEX i ON users (name);\n-- Down Migration\nDROP INDEX i;\n',
  });
  at.write({ 'seeds/demo/10_users.json': '[]' });
  for (let run = 0; run < 2; run += 1) {
    const again = await check(at, { only: ['lint,seed'] });
    expect(again).toMatchObject({ ok: false, cached: [] });
    expect(again.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^lint\//), 'check/nothing']),
    );
  }
  // No seed sets at all is a note, and no clean result either.
  rmSync(join(at.root, 'seeds'), { recursive: true });
  for (let run = 0; run < 2; run += 1) expect((await check(at, { only: ['seed'] })).findings).toHaveLength(1);
});

describe('a record that is not to be trusted is as good as none', () => {
  const spoilt: readonly (readonly [string, (text: string) => string])[] = [
    ['cut off', (text) => text.slice(0, 40)],
    ['empty', () => ''],
    ['no JSON', () => 'x'],
    ['null', () => 'null'],
    ['another count', (text) => text.replace(/:\d+/, ':77')],
    ['of another key', (text) => resealed(text, { key: 'a'.repeat(64) })],
    ['zero judged', (text) => resealed(text, { judged: { statements: 0 } })],
    ['nothing judged', (text) => resealed(text, { judged: {} })],
  ];
  test.each(spoilt)('%s', async (_, spoil) => {
    const at = await judgedOnce();
    for (const name of readdirSync(folder(at)).filter((one) => one.endsWith('.json'))) {
      const path = join(folder(at), name);
      writeFileSync(path, spoil(readFileSync(path, 'utf8')));
    }
    expect(await check(at, FEW)).toMatchObject({ ok: true, cached: [] });
    expect(await check(at, FEW)).toMatchObject({ ok: true, cached: ['lint', 'seed'] });
  });

  /** Another record under a right sum. */
  function resealed(text: string, changes: object): string {
    const { sum, ...record } = { ...JSON.parse(text), ...changes };
    return JSON.stringify({ ...record, sum: sha256(canonicalJson(record)) });
  }
});

/** What no hash of files can tell. */
const OUTSIDE: readonly (readonly [string, string, string])[] = [
  ['a variable', 'const a = process.env.A;', 'process'],
  ['files', `import { readFileSync } from 'node:fs';`, 'node:fs'],
  ['the network', 'const a = () => fetch("http://x");', 'fetch('],
  ['a computed import', 'const a = (name) => import(name);', 'import('],
  ['a package that is linked', `import 'linked';`, 'linked'],
  ['a package that is not there', `import 'nowhere';`, 'nowhere'],
];

test.each(OUTSIDE)('a migration that uses %s is judged each time, and that is said', async (_, text, told) => {
  const at = shop({ ...FILES, 'elsewhere/package.json': '{}' }, server.target);
  at.write({ 'node_modules/.package-lock.json': '{}', 'migrations/001_users.ts': `${text}\n${USERS}` });
  symlinkSync(join(at.root, 'elsewhere'), join(at.root, 'node_modules/linked'));
  const seen = await check(at, { only: ['lint'] });
  expect(seen.uncached).toEqual([expect.stringContaining(`migrations/001_users.ts`)]);
  expect(seen.uncached[0]).toContain(told);
  expect((await check(at, { only: ['lint'] })).cached).toEqual([]);
  const view = seen.outcome.view.map((block) => (block.kind === 'text' ? block.text : '')).join('');
  expect(view).toContain(`judged each time: migrations/001_users.ts`);
});

test('files that are edited while they are judged are not remembered', async () => {
  const at = await checkedOnce();
  const before = readdirSync(folder(at));
  at.write({ 'migrations/001_users.ts': `${USERS}\n` });
  const emit = (event: Event): void => {
    if (event.kind === 'start' && event.task === 'cycle')
      at.write({ 'migrations/001_users.ts': `${USERS}\n// edited` });
  };
  expect((await check(at, { only: ['cycle'] }, { runtime: { emit } })).ok).toBe(true);
  expect(readdirSync(folder(at))).toEqual(before);
});

test('several runs at once agree', async () => {
  const at = await judgedOnce();
  rmSync(folder(at), { recursive: true });
  const runs = await Promise.all(Array.from({ length: 4 }, () => check(at, { only: ['lint,seed'] })));
  expect(runs.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  expect((await check(at, { only: ['lint,seed'] })).cached).toEqual(['lint', 'seed']);
  expect(readdirSync(folder(at)).filter((name) => name !== '.gitignore')).toHaveLength(2);
});

test('a folder that cannot be written is a warning', async () => {
  const root = project({
    '.strata': 'a file',
    'migrations/001_a.sql': '-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 1;\n',
  });
  const ran = await strata(['check', '--only', 'lint', '--cwd', root]);
  expect(ran).toMatchObject({ status: 0, stderr: expect.stringContaining('the result is not remembered') });
});

test('the oldest results are removed', async () => {
  const at = await judgedOnce();
  for (let n = 0; n < 60; n += 1) writeFileSync(join(folder(at), `lint-${n}.json`), '');
  at.write({ 'migrations/001_users.ts': `${USERS}\n` });
  await check(at, { only: ['lint'] });
  expect(readdirSync(folder(at)).filter((name) => name.startsWith('lint-'))).toHaveLength(50);
  expect((await check(at, { only: ['lint'] })).cached).toEqual(['lint']);
});
