/** Two branches that meet, in real repositories: what is said, and that the command it names mends it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appliedVersions, type Shop, tableMigration, three, withShop } from '../migrate/harness.ts';

function git(at: Shop, ...args: string[]): number | null {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return spawnSync('git', [...identity, ...args], { cwd: at.root, encoding: 'utf8' }).status;
}

/** Commits all on a branch of its own that starts at `base`. */
async function branch(at: Shop, name: string, files: Readonly<Record<string, string>>): Promise<void> {
  git(at, 'checkout', '-q', '-b', name, 'base');
  at.write(files);
  await at.call('repair', { lockFile: true });
  git(at, 'add', '.');
  git(at, 'commit', '-qm', name);
}

/** Three migrations on `base`, then two branches merged: the second into the first. */
async function forked(
  at: Shop,
  one: Readonly<Record<string, string>>,
  two: Readonly<Record<string, string>>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  execFileSync('git', ['init', '-q', '-b', 'base'], { cwd: at.root });
  await at.call('repair', { lockFile: true });
  git(at, 'add', '.');
  git(at, 'commit', '-qm', 'base');
  await branch(at, 'two', two);
  await branch(at, 'one', one);
  await between();
  // Both added a line at the end of the lock file.
  expect(git(at, 'merge', '-q', 'two')).toBe(1);
  expect(readFileSync(join(at.root, 'strata.lock.json'), 'utf8')).toContain('<<<<<<< ');
}

const migrations = (at: Shop): string[] => readdirSync(join(at.root, 'migrations')).sort();

test('both took the same number: the command that is named gives one of them the next', () =>
  withShop(three(), async (at) => {
    const [ours, theirs] = [
      { 'migrations/004_a.sql': tableMigration('a') },
      { 'migrations/004_b.sql': tableMigration('b') },
    ];
    await forked(at, ours, theirs, () => at.call('up'));
    for (const command of ['status', 'up', 'plan', 'verify', 'repair']) {
      const refused = await at.fails(command);
      expect(refused).toMatchObject({ code: 'MIGRATION_FILES' });
      expect(refused.more.detail).toContain('migrations/004_b.sql has the same version as migrations/004_a.sql');
      expect(refused.more.hint).toContain('strata repair --renumber migrations/004_b.sql');
    }
    expect(await at.fails('repair', { renumber: 'migrations/004_a.sql' })).toMatchObject({
      code: 'USAGE',
      message: '004_a is applied under its number',
    });
    const dry = await at.call('repair', { renumber: 'migrations/004_b.sql', dryRun: true });
    expect(dry.data).toMatchObject({ from: '004_b', to: '005_b' });
    expect(migrations(at)).toContain('004_b.sql');
    await at.call('repair', { renumber: 'migrations/004_b.sql' });
    expect(migrations(at).slice(3)).toEqual(['004_a.sql', '005_b.sql']);
    expect((await at.call('verify')).findings.filter(({ level }) => level === 'error')).toEqual([]);
    await at.call('up');
    expect(await appliedVersions(at)).toEqual(['001', '002', '003', '004', '005']);
    git(at, 'add', '.');
    expect(git(at, 'commit', '-qm', 'merged')).toBe(0);
  }));

test('an older number came in behind a newer one that is applied', () =>
  withShop(three(), async (at) => {
    const [ours, theirs] = [
      { 'migrations/005_a.sql': tableMigration('a') },
      { 'migrations/004_b.sql': tableMigration('b') },
    ];
    await forked(at, ours, theirs, () => at.call('up'));
    await at.call('repair', { lockFile: true });
    const refused = await at.fails('up');
    expect(refused).toMatchObject({ code: 'MIGRATION_OUT_OF_ORDER' });
    expect(refused.more.hint).toContain('strata repair --renumber migrations/004_b.sql');
    const [found] = (await at.call('status')).findings;
    expect(found).toMatchObject({
      code: 'verify/out-of-order',
      hint: expect.stringContaining('strata repair --renumber migrations/004_b.sql'),
    });
    await at.call('repair', { renumber: '004_b' });
    await at.call('up');
    expect(await appliedVersions(at)).toEqual(['001', '002', '003', '005', '006']);
    expect((await at.call('verify')).findings).toEqual([]);
  }));

test('a conflict in the lock file alone: what it means, and the command that ends it', () =>
  withShop(three(), async (at) => {
    const [ours, theirs] = [
      { 'migrations/004_a.sql': tableMigration('a') },
      { 'migrations/005_b.sql': tableMigration('b') },
    ];
    await forked(at, ours, theirs);
    const refused = await at.fails('verify');
    expect(refused).toMatchObject({
      code: 'LOCK_FILE_INVALID',
      message: expect.stringContaining('unresolved merge conflict in line'),
    });
    expect(refused.more.hint).toContain('strata repair --lock-file');
    expect((await at.call('repair', { lockFile: true, dryRun: true })).data).toEqual({ locked: 5, written: false });
    expect((await at.call('repair', { lockFile: true })).data).toEqual({ locked: 5, written: true });
    await at.call('up');
    expect((await at.call('verify')).findings).toEqual([]);
  }));

describe('renumbering', () => {
  test('both files of a pair, and what imports the file', () =>
    withShop(three(), async (at) => {
      at.write({
        'migrations/004_a.up.sql': 'CREATE TABLE a ();',
        'migrations/004_a.down.sql': 'DROP TABLE a;',
        'migrations/004_b.ts': `export const up = () => {};\nexport const down = () => {};\nexport const name = 'x';\n`,
        'migrations/005_c.ts': `import { name } from './004_b';\nexport const up = (pgm) => pgm.createTable(name, { a: 'int' });\n`,
      });
      await at.call('repair', { renumber: '004_a.up.sql' });
      expect(migrations(at)).toEqual(expect.arrayContaining(['006_a.down.sql', '006_a.up.sql', '004_b.ts']));
      const moved = await at.call('repair', { renumber: '004_b' });
      expect(moved.data).toEqual({
        from: '004_b',
        to: '007_b',
        files: ['migrations/007_b.ts'],
        importers: ['005_c.ts'],
      });
      expect(readFileSync(join(at.root, 'migrations/005_c.ts'), 'utf8')).toContain(`from './007_b';`);
      await at.call('up');
      expect(await appliedVersions(at)).toHaveLength(6);
    }));

  test('what is not there, and the last one, are refused; flags do not mix', () =>
    withShop(three(), async (at) => {
      for (const renumber of ['004_x', 'migrations', 'strata.lock.json', '003_bookings']) {
        expect(await at.fails('repair', { renumber })).toMatchObject({ code: 'USAGE' });
      }
      expect(await at.fails('repair', { renumber: '001_users', lockFile: true })).toMatchObject({ code: 'USAGE' });
      expect(await at.fails('repair 001', { lockFile: true })).toMatchObject({ code: 'USAGE' });
    }));
});
