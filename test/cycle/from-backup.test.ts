/** The cycle on a backup's rows: only what the backup lacks is judged, and a backup that does not fit is refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Outcome } from '../../src/base/finding.ts';
import type { CycleData } from '../../src/commands/cycle.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { type Shop, tableMigration, withShop } from '../migrate/harness.ts';

const dir = mkdtempSync(join(tmpdir(), 'strata-cycle-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const config = { backup: { ...DEFAULTS.backup, dir } };
const FIRST = { 'migrations/001_users.sql': tableMigration('users', 'ALTER TABLE users ADD COLUMN name text;') };
const ROWS = "INSERT INTO users (id, name) SELECT n, 'name ' || n FROM generate_series(1, 500) AS n";
/** Other files of tests run beside this one. */
const SCRATCH = `SELECT FROM pg_database WHERE datname LIKE 'strata_scratch_%\\_${process.pid}\\_%'`;
const LATER = {
  'migrations/002_clean.sql':
    '-- Up Migration\nALTER TABLE users ADD COLUMN label text;\nUPDATE users SET label = upper(name);\n-- Down Migration\nALTER TABLE users DROP COLUMN label;\n',
  'migrations/003_loses.sql':
    '-- Up Migration\nCREATE TABLE other (id int);\n-- Down Migration\nDROP TABLE other;\nDELETE FROM users WHERE id > 400;\n',
  'migrations/004_after.sql': '-- Up Migration\nCREATE TABLE more (id int);\n-- Down Migration\nDROP TABLE more;\n',
};

async function withBackup(work: (shop: Shop, id: string) => Promise<void>): Promise<void> {
  await withShop(
    FIRST,
    async (shop) => {
      await shop.call('up');
      await shop.query(ROWS);
      const { data } = await shop.call('backup-create');
      await work(shop, (data as { id: string }).id);
    },
    config,
  );
}

test('what the backup lacks is cycled on its rows, each time from the backup when a migration spoilt them', async () => {
  await withBackup(async (shop, id) => {
    shop.write(LATER);
    const { data, findings, view } = (await shop.call('cycle', { fromBackup: id })) as Outcome<CycleData>;
    expect(data.backup).toBe(id);
    expect(data.migrations).toMatchObject([
      { version: '002', result: 'clean', tables: { total: 1, judged: 1 } },
      { version: '003', result: 'differs' },
      { version: '004', result: 'clean', tables: { total: 2, judged: 1 } },
    ]);
    expect(findings).toMatchObject([
      {
        code: 'cycle/data-lost',
        level: 'error',
        message: '003_loses: after down table public.users has 400 rows, and had 500 before up',
        place: { line: 5 },
      },
    ]);
    expect(view[0]).toMatchObject({ text: expect.stringContaining(`3 migrations cycled on the rows of ${id}`) });
    expect(await shop.query('SELECT count(*)::int AS rows FROM users')).toEqual([{ rows: 500 }]);
    expect(await shop.query(SCRATCH)).toEqual([]);
  });
});

test('an up that real rows refuse fails, and is not tried without them', async () => {
  await withBackup(async (shop, id) => {
    shop.write({
      'migrations/002_strict.sql':
        '-- Up Migration\nALTER TABLE users ADD COLUMN age int NOT NULL;\n-- Down Migration\nALTER TABLE users DROP COLUMN age;\n',
    });
    const { findings, ok } = await shop.call('cycle', { fromBackup: id });
    expect(findings[0]).toMatchObject({ code: 'cycle/up-failed', place: { line: 2 } });
    expect(ok).toBe(false);
    shop.write({ 'migrations/003_more.sql': tableMigration('more') });
    const error = await shop.fails('cycle', { fromBackup: id, steps: 1 });
    expect(error.code).toBe('MIGRATION_FAILED');
    expect(error.message).toContain('a migration before those to cycle does not run: column "age"');
    expect(error.more.detail).toContain('migrations/002_strict.sql:2:');
  });
});

test('backups that do not fit: unknown, with nothing to cycle, newer than the files, with an edited file', async () => {
  await withBackup(async (shop, id) => {
    expect((await shop.fails('cycle', { fromBackup: 'nope' })).code).toBe('BACKUP_NOT_FOUND');
    expect((await shop.fails('cycle', { fromBackup: id, withData: true })).code).toBe('USAGE');
    const none = await shop.call('cycle', { fromBackup: 'latest' });
    expect(none.findings).toMatchObject([{ code: 'cycle/nothing', level: 'error' }]);
    shop.write(LATER);
    shop.write({ 'migrations/001_users.sql': tableMigration('users', 'ALTER TABLE users ADD COLUMN other text;') });
    expect((await shop.fails('cycle', { fromBackup: id })).code).toBe('MIGRATION_EDITED');
    shop.remove('migrations/001_users.sql');
    const newer = await shop.fails('cycle', { fromBackup: id });
    expect(newer.code).toBe('MIGRATION_MISSING');
    expect(newer.message).toBe(`backup ${id} has migration 001, which migrations lacks`);
    expect(await shop.query(SCRATCH)).toEqual([]);
  });
});
