import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { realRuntime } from '../../src/base/runtime.ts';
import { run } from '../../src/commands/new.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { compileMigrations } from '../../src/migrate/compile.ts';
import { readMigrations } from '../../src/migrate/files.ts';
import { nextVersion } from '../../src/migrate/version.ts';
import { project } from '../support/project.ts';

const NOW = new Date('2026-03-04T05:06:07.089Z');

async function make(root: string, name: string, options: Record<string, unknown> = {}): Promise<string[]> {
  const context = {
    config: { ...DEFAULTS, root, target: null } as never,
    runtime: realRuntime({ cwd: root, now: () => NOW }),
  };
  const { data } = await run(context, { args: [name], ...options });
  return [...(data as { files: readonly string[] }).files];
}

test.each([
  [undefined, '001'],
  ['009', '010'],
  ['999', '1000'],
  ['1', '2'],
  ['0041', '0042'],
  ['20250101120000', '20260304050607'],
  ['20990101120000', '20990101120001'],
  ['1700000000000', String(NOW.getTime())],
  ['20250101120000000', '20260304050607089'],
  ['2.9', '2.10'],
])('after %s comes %s', (last, next) => {
  expect(nextVersion(last, NOW)).toBe(next);
});

test('the first migration of a project compiles', async () => {
  const root = project({ 'migrations/.keep': '' });
  expect(await make(root, 'create users')).toEqual(['migrations/001_create_users.ts']);
  const options = { root, migrations: 'migrations', sql: 'sql' };
  const { files } = readMigrations(options);
  const [compiled] = await compileMigrations(files, { ...options, all: files });
  expect(compiled?.up).toMatchObject({ kind: 'statements', statements: [] });
});

test('language and import follow the last file; --sql has its own way', async () => {
  const root = project({ 'migrations/001_a.mjs': 'export const up = () => {};' });
  expect(await make(root, 'b')).toEqual(['migrations/002_b.mjs']);
  expect(await make(root, 'c', { sql: true })).toEqual(['migrations/003_c.sql']);
  expect(await make(root, 'd-e f')).toEqual(['migrations/004_d_e_f.sql']);
  const typed = project({
    'migrations/01_a.ts':
      "import type { ColumnDefinitions, MigrationBuilder } from 'node-pg-migrate';\nexport const up = () => {};",
  });
  await make(typed, 'größe');
  expect(readFileSync(join(typed, 'migrations/02_größe.ts'), 'utf8')).toContain("from 'node-pg-migrate'");
});

describe('--replace', () => {
  const v1 = 'CREATE FUNCTION accept_booking() RETURNS int LANGUAGE sql AS $$ select 1 $$;\n';
  const files = {
    'sql/functions/accept_booking_v1.sql': v1,
    'sql/functions/accept_booking_v9.sql': `-- nine\n${v1}`,
    'sql/functions/accept_booking_v10.sql': `-- ten\n${v1}`,
  };

  test.each([
    ['ts', { 'migrations/001_a.ts': 'export const up = () => {};' }],
    ['cjs', { 'migrations/001_a.cjs': 'exports.up = () => {};' }],
    ['sql', { 'migrations/001_a.sql': '' }],
  ])('copies the newest version and writes both directions: %s', async (ending, before) => {
    const root = project({ ...files, ...before });
    const made = await make(root, 'faster_accept', { replace: 'functions/accept_booking' });
    expect(made).toEqual([`migrations/002_faster_accept.${ending}`, 'sql/functions/accept_booking_v11.sql']);
    expect(readFileSync(join(root, 'sql/functions/accept_booking_v11.sql'), 'utf8')).toBe(`-- ten\n${v1}`);
    const options = { root, migrations: 'migrations', sql: 'sql' };
    const { files: all } = readMigrations(options);
    const [, compiled] = await compileMigrations(all, { ...options, all });
    expect(compiled?.up).toMatchObject({ statements: [{ place: { file: 'sql/functions/accept_booking_v11.sql' } }] });
    expect(compiled?.down).toMatchObject({ statements: [{ place: { file: 'sql/functions/accept_booking_v10.sql' } }] });
  });

  test('takes the name as people type it', async () => {
    const root = project({ ...files, 'migrations/.keep': '' });
    expect(await make(root, 'x', { replace: 'sql/functions/accept_booking_v1.sql' })).toContain(
      'sql/functions/accept_booking_v11.sql',
    );
  });

  test.each([
    ['functions/nothing', /there is no sql\/functions\/nothing_v1\.sql to replace/],
    ['accept_booking', /does not name a part/],
    ['../functions/x', /does not name a part/],
  ])('refuses %s and writes nothing', async (replace, message) => {
    const root = project({ ...files, 'migrations/.keep': '' });
    await expect(make(root, 'x', { replace })).rejects.toMatchObject({
      code: 'USAGE',
      exit: 2,
      message: expect.stringMatching(message),
    });
    expect(readdirSync(join(root, 'migrations'))).toEqual(['.keep']);
  });
});

test.each(['', '  ', "it's", 'a/b', '../x', 'a.b', '---', 'x'.repeat(260), 'drop;table'])(
  'refuses the name %j',
  async (name) => {
    const root = project({ 'migrations/.keep': '' });
    await expect(make(root, name)).rejects.toMatchObject({ code: 'USAGE', exit: 2 });
    expect(readdirSync(join(root, 'migrations'))).toEqual(['.keep']);
  },
);

test('two at once never share a number: the second is told', async () => {
  const root = project({ 'migrations/.keep': '' });
  const results = await Promise.allSettled([make(root, 'same'), make(root, 'same')]);
  const written = readdirSync(join(root, 'migrations')).filter((file) => file !== '.keep');
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(written.length);
});
