import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMigrations } from '../../src/migrate/files.ts';
import { compareLockFile, LOCK_FILE, readLockFile, writeLockFile } from '../../src/migrate/lockfile.ts';
import type { MigrationFile } from '../../src/migrate/model.ts';
import { project, write } from '../support/project.ts';

const SQL = { 'migrations/001_a.sql': 'select 1', 'migrations/10_b.sql': 'select 2', 'migrations/9_c.sql': 'select 3' };

function files(root: string): readonly MigrationFile[] {
  return readMigrations({ root, migrations: 'migrations', sql: 'sql' }).files;
}

test('one migration a line, in order; what is written is read back; nothing is written twice', () => {
  const root = project(SQL);
  expect(readLockFile(root)).toBeNull();
  expect(writeLockFile(root, files(root).toReversed())).toBe(true);
  expect(writeLockFile(root, files(root))).toBe(false);
  const lines = readFileSync(join(root, LOCK_FILE), 'utf8').split('\n');
  expect(lines.slice(3, 6).map((line) => /"(\d+)": "[0-9a-f]{64}"/.exec(line)?.[1])).toEqual(['001', '9', '10']);
  expect(readLockFile(root)).toEqual(new Map(files(root).map(({ version, checksum }) => [version, checksum])));
  expect(compareLockFile(readLockFile(root) ?? new Map(), files(root))).toEqual([]);
});

test('an empty folder has an empty lock file', () => {
  const root = project();
  writeLockFile(root, []);
  expect(readLockFile(root)).toEqual(new Map());
});

test('#9 changed, new and vanished files are told apart, wherever in the order they are', () => {
  const root = project(SQL);
  writeLockFile(root, files(root));
  const other = project({
    'migrations/001_a.sql': 'select 1 -- edited',
    'migrations/9_c.sql': 'select 3',
    'migrations/5_new.sql': '',
    [LOCK_FILE]: readFileSync(join(root, LOCK_FILE), 'utf8'),
  });
  const findings = compareLockFile(readLockFile(other) ?? new Map(), files(other));
  expect(findings.map(({ code, level, subject }) => [code, level, subject])).toEqual([
    ['lock/changed', 'error', '001'],
    ['lock/not-locked', 'note', '5'],
    ['lock/gone', 'error', '10'],
  ]);
});

describe('a lock file that cannot be understood', () => {
  const sum = 'a'.repeat(64);
  const body = (lines: string): string => `{\n  "format": 1,\n  "migrations": {\n${lines}\n  }\n}\n`;
  test.each([
    [
      'a merge conflict',
      body(`<<<<<<< HEAD\n    "002": "${sum}"\n=======\n    "003": "${sum}"\n>>>>>>> other`),
      /unresolved merge conflict in line 4/,
    ],
    ['a version twice', body(`    "002": "${sum}",\n    "002": "${sum}"`), /names 002 twice/],
    ['no JSON', '{"format": 1,', /is not JSON$/],
    ['no object', '[]', /has format undefined/],
    ['null', 'null', /is not a JSON object/],
    ['another format', '{"format": 2, "migrations": {}}', /has format 2/],
    ['no migrations', '{"format": 1}', /names no migrations/],
    ['a broken checksum', body('    "002": "abc"'), /has no checksum for 002/],
  ])('%s', (_what, text, message) => {
    const root = project({ [LOCK_FILE]: text });
    expect(() => readLockFile(root)).toThrow(
      expect.objectContaining({ code: 'LOCK_FILE_INVALID', exit: 2, message: expect.stringMatching(message) }),
    );
  });

  test('a folder in its place', () => {
    const root = project();
    write(root, { [`${LOCK_FILE}/x`]: '' });
    expect(() => readLockFile(root)).toThrow(expect.objectContaining({ code: 'LOCK_FILE_INVALID' }));
  });
});
