/** A disk that is too small for what is restored: nothing is left, the backup is not to blame, and the next try works. */
import { readdirSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { drillBackup } from '../../src/backup/drill.ts';
import { readDrills } from '../../src/backup/drill-store.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import type { Backup } from '../../src/backup/take.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import { ToolError } from '../../src/base/errors.ts';
import type { Target } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { withScratchServer } from '../../src/server/scratch-server.ts';
import { useDatabase } from '../support/database.ts';
import { withSmallDisk } from '../support/disk.ts';
import { dirOf, listener, take } from './shop.ts';

const db = useDatabase();
let backup: Backup;

beforeAll(async () => {
  // 40 MiB of rows and indexes.
  await db.session((s) =>
    s.batch(`CREATE TABLE t AS SELECT g AS id, repeat(md5(g::text), 4) AS words FROM generate_series(1, 150000) AS g;
      CREATE INDEX ON t (words)`),
  );
  backup = await take(db.target());
});

/** From "no room for a server" to "everything fits"; what fits depends on the server's version. */
const SIZES = [10, 48, 64, 110, 260];

test('a drill on it says that this machine could not do it, at whatever moment, until it fits', async () => {
  const dir = dirOf(backup);
  const ends: string[] = [];
  for (const mib of SIZES) {
    if (ends.includes('proved')) break;
    await withSmallDisk(mib * 1024, async (scratch) => {
      const input = { dir, id: backup.id, smoke: async () => [], scratch, runtime: listener() };
      const thrown = await drillBackup(input).catch((error: unknown) => error);
      const [report] = (await readDrills(dir)).reports;
      ends.push(report?.result ?? '');
      // A report that blamed the backup would keep prune from counting it.
      if (report?.result !== 'proved') expect(thrown).toBeInstanceOf(ToolError);
      expect(readdirSync(scratch)).toEqual([]);
    });
  }
  expect(new Set(ends)).toEqual(new Set(['not_run', 'proved']));
  expect(ends.filter((end) => end === 'not_run').length).toBeGreaterThanOrEqual(2);
}, 240_000);

test('a restore on it leaves no database of the name, says what is left, and works when there is room', async () => {
  const told: string[] = [];
  for (const mib of SIZES.slice(1)) {
    if (told.includes('restored')) break;
    await withSmallDisk(mib * 1024, async (disk) => {
      await withScratchServer({ runtime: listener(), parent: disk }, async ({ target }) => {
        const input = { target, dir: dirOf(backup), id: backup.id, to: 'copy', runtime: listener() };
        const thrown = await restoreBackup(input).catch((error: unknown) => error);
        if (!(thrown instanceof Error)) return void told.push('restored');
        expect(thrown).toMatchObject({
          code: 'RESTORE_FAILED',
          exit: 5,
          more: { hint: expect.stringMatching(/^(Free some space|The server went down)/) },
        });
        told.push('full');
        const { detail = '' } = (thrown as ToolError).more;
        const names = await databasesOf(target);
        if (names === null) return void expect(detail).toContain('could not be dropped');
        expect(names).not.toContain('copy');
        const left = names.filter((name) => name.startsWith('strata_restore_'));
        for (const name of left) expect(detail).toContain(`database "${name}" could not be dropped`);
        if (!detail.includes('could not be dropped')) expect(left).toEqual([]);
      }).catch((thrown: unknown) => {
        // No room for the server itself.
        if (!(thrown instanceof ToolError && thrown.code === 'EMBEDDED_START')) throw thrown;
      });
    });
  }
  expect(told.at(-1)).toBe('restored');
  expect(told.filter((one) => one === 'full').length).toBeGreaterThanOrEqual(2);
  expect((await verifyBackup({ dir: dirOf(backup), id: backup.id, runtime: listener() })).findings).toEqual([]);
}, 240_000);

/** As soon as the server is back; null: it cannot come back, as there is no room for its recovery either. */
async function databasesOf(target: Target): Promise<readonly string[] | null> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    try {
      const rows = await withSession(target, (s) =>
        s.query<{ name: string }>('SELECT datname AS name FROM pg_database'),
      );
      return rows.map(({ name }) => name);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return null;
}
