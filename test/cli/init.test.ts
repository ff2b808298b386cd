/** `init` in empty and existing folders: everything that is missing, nothing that was there. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withTestDatabase } from '../support/database.ts';
import { project, strata } from '../support/project.ts';

const read = (root: string, file: string) => readFileSync(join(root, file), 'utf8');
const tree = (root: string) =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => statSync(join(root, file)).isFile())
      .sort()
      .map((file) => [file, read(root, file)]),
  );

test('an empty folder becomes a project that works', async () => {
  const cwd = project();
  const ran = await strata(['init'], { cwd });
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(Object.keys(tree(cwd))).toEqual([
    '.github/workflows/strata.yml',
    '.gitignore',
    'migrations/001_first.ts',
    'package.json',
    'seeds/.gitkeep',
    'sql/.gitkeep',
    'strata.config.json',
  ]);
  await withTestDatabase(async (target) => {
    for (const command of ['up', 'status', 'verify', 'redo', 'down']) {
      expect(await strata([command], { cwd, target })).toMatchObject({ status: 0 });
    }
  });
});

test('twice is once', async () => {
  const cwd = project();
  await strata(['init'], { cwd });
  const before = tree(cwd);
  const again = await strata(['init', '--json'], { cwd });
  expect(tree(cwd)).toEqual(before);
  const { files } = JSON.parse(again.stdout).data;
  expect(files.map((one: { done: string }) => one.done)).toEqual(files.map(() => 'kept'));
});

test('an existing project keeps every byte of its own', async () => {
  const own = {
    'package.json': '{\n\t"name": "shop",\n\t"scripts": {\n\t\t"db:up": "mine",\n\t\t"test": "x"\n\t}\n}',
    'strata.config.mjs': 'export default { migrations: "db/changes" }',
    'db/changes/010_own.sql': 'SELECT 1;',
    '.gitignore': 'node_modules/\n*.log',
    '.github/workflows/strata.yml': 'mine',
    'seeds/demo/1_users.json': '[]',
  };
  const cwd = project(own);
  expect((await strata(['init'], { cwd })).status).toBe(0);
  const after = tree(cwd);
  for (const file of ['strata.config.mjs', 'db/changes/010_own.sql', '.github/workflows/strata.yml'] as const) {
    expect(after[file]).toBe(own[file]);
  }
  expect(after['.gitignore']).toBe('node_modules/\n*.log\n.strata/\nbackups/\n');
  expect(after['package.json']).toMatch(/^\{\n\t"name": "shop",/);
  const manifest = JSON.parse(after['package.json'] ?? '');
  expect(manifest).toMatchObject({
    name: 'shop',
    scripts: { 'db:up': 'mine', test: 'x', 'db:status': 'strata status' },
  });
  expect(Object.keys(after).filter((file) => /\.ts$|config\.json|gitkeep/.test(file))).toEqual(['sql/.gitkeep']);
});

test('a package.json that cannot be read stops everything, and nothing is written', async () => {
  const cwd = project({ 'package.json': '{ "name": }' });
  const ran = await strata(['init'], { cwd });
  expect(ran.status).toBe(6);
  expect(ran.stderr).toContain('package.json cannot be read, so no scripts can be added [INIT_CONFLICT]');
  expect(Object.keys(tree(cwd))).toEqual(['package.json']);
});

test('--template marketplace copies the whole database definition', async () => {
  const cwd = project();
  expect((await strata(['init', '--template', 'marketplace'], { cwd })).status).toBe(0);
  const copied = Object.keys(tree(cwd)).filter((file) => /^(migrations|sql|seeds)\//.test(file));
  for (const folder of ['migrations', 'sql', 'seeds']) {
    for (const [file, text] of Object.entries(tree(folder))) expect(read(cwd, `${folder}/${file}`)).toBe(text);
  }
  expect(copied.length).toBeGreaterThan(30);
});

test('--template marketplace refuses a folder with another history', async () => {
  const cwd = project({ 'migrations/001_own.sql': 'SELECT 1;' });
  const ran = await strata(['init', '--template', 'marketplace'], { cwd });
  expect(ran.status).toBe(6);
  expect(ran.stderr).toContain('migrations/ already holds 1 other migrations');
  expect(Object.keys(tree(cwd))).toEqual(['migrations/001_own.sql']);
});
