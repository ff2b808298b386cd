/** Before a production database is migrated: a backup when asked, a restore point always. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appliedVersions, tableMigration, tables, three, withShop } from './harness.ts';

test('--backup-first: what was there before can be restored; when the backup fails, nothing is migrated', () =>
  withShop(three(), async (shop) => {
    await shop.call('up', { to: '002' });
    await shop.call('up', { backupFirst: true });
    const [id = ''] = readdirSync(join(shop.root, 'backups')).filter((name) => /^\d{8}T/.test(name));
    const manifest = JSON.parse(readFileSync(join(shop.root, 'backups', id, 'manifest.json'), 'utf8'));
    expect(manifest.schema_version).toBe('002');
    expect(shop.notes().join('\n')).toContain(`backup ${id}: `);

    shop.write({ 'migrations/004_d.sql': tableMigration('d'), blocked: 'a file where the folder should be' });
    const { DEFAULTS } = await import('../../src/config/schema.ts');
    const backup = { ...DEFAULTS.backup, dir: 'blocked' };
    await shop.fails('up', { backupFirst: true }, { config: { backup } });
    expect(await appliedVersions(shop)).toEqual(['001', '002', '003']);
    await shop.call('up', { backupFirst: true });
    const nothing = await shop.call('up', { backupFirst: true });
    expect(nothing.data).toMatchObject({ run: null });
    expect(readdirSync(join(shop.root, 'backups')).filter((name) => /^\d{8}T/.test(name))).toHaveLength(2);
  }));

test('a production database gets a restore point for every run, others none', () =>
  withShop(three(), async (shop) => {
    const plain = await shop.call('up', { to: '001' });
    expect(plain.data).not.toHaveProperty('restore_point');
    await shop.call('env production');
    const { data } = await shop.call('up', { to: '002' });
    expect(data).toMatchObject({ restore_point: expect.stringMatching(/^strata_up_\d{8}T\d{6}Z$/) });

    // A role that may not write one is told, and goes on.
    await shop.query(
      'DO $$ BEGIN CREATE ROLE strata_test_pointless; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$',
    );
    await shop.query('GRANT ALL ON SCHEMA public TO strata_test_pointless');
    await shop.query('GRANT ALL ON ALL TABLES IN SCHEMA public TO strata_test_pointless');
    const target = { ...shop.target, options: '-c role=strata_test_pointless' };
    await shop.call('up', {}, { config: { target } });
    expect(shop.notes().join('\n')).toContain('no restore point was made: permission denied');
    expect(await tables(shop)).toEqual(['bookings', 'subjects', 'users']);
    await shop.query('DROP OWNED BY strata_test_pointless');
  }));
