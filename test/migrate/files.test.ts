import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/base/errors.ts';
import { compareVersions, type MigrationFolder, readMigrations } from '../../src/migrate/files.ts';
import { project } from '../support/project.ts';

function read(files: Record<string, string>, root = project(files)): MigrationFolder {
  return readMigrations({ root, migrations: 'migrations', sql: 'sql' });
}

function faultsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof ToolError && thrown.code === 'MIGRATION_FILES') {
      return (thrown.more.findings ?? []).map((one) => `${one.subject} ${one.message}`);
    }
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

const UP = 'export function up() {}';

test('finds every language, in order of number, and reads what the name says', () => {
  const { files, findings } = read({
    'migrations/010_last.mts': UP,
    'migrations/2_second.sql': 'select 1',
    'migrations/001_create_users.ts': UP,
    'migrations/003_c.cjs': UP,
    'migrations/4-dashed-name.js': UP,
    'migrations/005_d.cts': UP,
    'migrations/2.10_dotted.mjs': UP,
    'migrations/2.9_dotted.sql': '',
  });
  expect(files.map(({ version, language, description }) => [version, language, description])).toEqual([
    ['001', 'ts', 'create users'],
    ['2', 'sql', 'second'],
    ['2.9', 'sql', 'dotted'],
    ['2.10', 'js', 'dotted'],
    ['003', 'js', 'c'],
    ['4', 'js', 'dashed-name'],
    ['005', 'ts', 'd'],
    ['010', 'ts', 'last'],
  ]);
  expect(files[0]).toMatchObject({ name: '001_create_users', file: 'migrations/001_create_users.ts' });
  expect(findings).toEqual([]);
});

test('#10 timestamps of 13 and 17 digits are compared as node-pg-migrate compares them: as moments', () => {
  const epoch = String(Date.parse('2026-03-01T00:00:00Z'));
  const names = ['20260201000000000_utc', `${epoch}_epoch`, '20260401000000000_utc'];
  const { files } = read(Object.fromEntries(names.map((name) => [`migrations/${name}.ts`, UP])));
  expect(files.map(({ name }) => name)).toEqual(names);
  expect(compareVersions('1', '001')).toBe(0);
  expect(compareVersions('9', '10')).toBeLessThan(0);
});

test('#12 apostrophes, quotes, blanks, unicode and 70 bytes in a name are data', () => {
  const names = ["001_it's", '002_"quoted" name', '003_größe_表_😀', `004_${'x'.repeat(66)}`, '005_a;drop table b--'];
  const { files } = read(Object.fromEntries(names.map((name) => [`migrations/${name}.sql`, 'select 1'])));
  expect(files.map(({ name }) => name)).toEqual(names);
  expect(files[0]?.description).toBe("it's");
});

describe('what is not a migration', () => {
  test('declarations, dot files, folders and other endings are passed over in silence', () => {
    const { files, findings } = read({
      'migrations/001_a.ts': UP,
      'migrations/001_a.d.ts': '',
      'migrations/.002_b.ts': UP,
      'migrations/README.md': '',
      'migrations/003_notes.txt': '',
      'migrations/004_folder.ts/x.ts': UP,
    });
    expect(files.map(({ version }) => version)).toEqual(['001']);
    expect(findings).toEqual([]);
  });

  test('code without a number is passed over with a warning', () => {
    const { files, findings } = read({ 'migrations/helpers.ts': '', 'migrations/V1__init.sql': '' });
    expect(files).toEqual([]);
    expect(findings.map(({ code, level, subject }) => [code, level, subject])).toEqual([
      ['files/ignored', 'warning', 'migrations/V1__init.sql'],
      ['files/ignored', 'warning', 'migrations/helpers.ts'],
    ]);
  });

  test('an empty folder is no fault; no folder is one', () => {
    expect(read({ 'migrations/.keep': '' })).toEqual({ files: [], findings: [] });
    expect(() => read({ 'package.json': '{}' })).toThrow(
      expect.objectContaining({ code: 'MIGRATION_FILES', message: 'there is no folder migrations' }),
    );
  });
});

test('all faults of the folder at once', () => {
  const root = project({
    'migrations/001_a.ts': UP,
    'migrations/001_b.sql': '',
    'migrations/1_c.sql': '',
    'migrations/002.ts': UP,
    'migrations/003create.ts': UP,
    [`migrations/${'1'.repeat(51)}_long.ts`]: UP,
    'migrations/004_x.down.sql': '',
  });
  writeFileSync(join(root, 'migrations/005_latin1.sql'), Buffer.from("select 'gr\xf6sse'", 'latin1'));
  symlinkSync('/no/such/file', join(root, 'migrations/006_dangling.ts'));
  symlinkSync(root, join(root, 'migrations/007_folder.ts'));
  const faults = faultsOf(() => read({}, root));
  expect(faults.toSorted()).toEqual([
    'migrations/001_b.sql has the same version as migrations/001_a.ts',
    'migrations/002.ts has no words after its version',
    'migrations/003create.ts has no words after its version',
    'migrations/004_x.down.sql has no 004_x.up.sql beside it',
    'migrations/005_latin1.sql is not valid UTF-8',
    'migrations/006_dangling.ts cannot be read: ENOENT',
    'migrations/007_folder.ts cannot be read: EISDIR',
    `migrations/${'1'.repeat(51)}_long.ts has a version of 51 digits; 50 is the most`,
    'migrations/1_c.sql has the same version as migrations/001_a.ts',
  ]);
});

test('a pair of .up.sql and .down.sql is one migration', () => {
  const { files } = read({
    'migrations/001_a.up.sql': 'create table a ()',
    'migrations/001_a.down.sql': 'drop table a',
  });
  expect(files).toHaveLength(1);
  expect(files[0]).toMatchObject({
    name: '001_a',
    file: 'migrations/001_a.up.sql',
    downFile: { file: 'migrations/001_a.down.sql', source: 'drop table a' },
  });
});

test('a .sql beside a pair of the same version is a duplicate', () => {
  const faults = faultsOf(() => read({ 'migrations/001_a.up.sql': '', 'migrations/001_a.sql': '' }));
  expect(faults).toEqual(['migrations/001_a.up.sql has the same version as migrations/001_a.sql']);
});

test('line ends and a byte order mark do not matter', () => {
  const { files } = read({
    'migrations/001_a.sql': '\ufeffselect 1;\r\nselect 2;\r',
    'migrations/002_b.sql': 'select 1;\nselect 2;\n',
  });
  expect(files[0]?.source).toBe('select 1;\nselect 2;\n');
  expect(files[0]?.checksum).toBe(files[1]?.checksum);
});

describe('parts', () => {
  const parts = {
    'sql/functions/f_v1.sql': 'create function f() returns int language sql as $$ select 1 $$;',
    'sql/functions/f_v2.sql': 'create function f() returns int language sql as $$ select 2 $$;',
    'sql/views/a/b_v1.sql': 'create view b as select 1',
  };

  test('are found in the source text, predecessors included, without running it', () => {
    const { files } = read({
      ...parts,
      'migrations/001_a.ts': "throw 1; pgm.install('functions/f', 1); pgm.install(`views/a/b`,1,)",
      'migrations/002_b.ts': 'pgm\n  .install(\n "functions/f",\n 2,\n)',
      'migrations/003_c.sql': '-- strata: install functions/f v2 replaces nothing\n  --strata:remove views/a/b v1',
      'migrations/004_d.ts': "pgm.install('functions/f', 2, { replaces: null }); pgm.remove('functions/f', 2)",
    });
    const found = files.map(({ version, parts: used }) => [
      version,
      used.map(({ kind, name, version: v }) => `${kind}/${name}@${v}`),
    ]);
    expect(found).toEqual([
      ['001', ['functions/f@1', 'views/a/b@1']],
      ['002', ['functions/f@1', 'functions/f@2']],
      ['003', ['functions/f@2', 'views/a/b@1']],
      ['004', ['functions/f@2']],
    ]);
  });

  test('#1 are covered by the checksum: an edit, a disappearance and a reappearance each show', () => {
    const migration = { 'migrations/001_a.ts': "pgm.install('functions/f', 2)" };
    const checksum = (files: Record<string, string>): string | undefined =>
      read({ ...migration, ...files }).files[0]?.checksum;
    const { 'sql/functions/f_v1.sql': v1, 'sql/functions/f_v2.sql': v2 } = parts;
    const whole = { 'sql/functions/f_v1.sql': v1, 'sql/functions/f_v2.sql': v2 };
    const sums = [
      checksum(whole),
      checksum({ ...whole, 'sql/functions/f_v2.sql': `${v2} -- edited` }),
      checksum({ ...whole, 'sql/functions/f_v1.sql': `${v1} -- edited` }),
      checksum({ 'sql/functions/f_v2.sql': v2 }),
    ];
    expect(new Set(sums).size).toBe(4);
    expect(checksum(whole)).toBe(sums[0]);
  });
});

test('1,000 files are read and hashed in a fraction of a second', () => {
  const files = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, index) => [
      `migrations/${String(index + 1).padStart(4, '0')}_t.ts`,
      `${UP} // ${index}`,
    ]),
  );
  const root = project(files);
  const start = process.cpuUsage();
  expect(read({}, root).files).toHaveLength(1_000);
  const used = process.cpuUsage(start);
  expect((used.user + used.system) / 1_000).toBeLessThan(500);
});
