/** Every migration goes down again and leaves what was there before; two databases on one server do not meet. */
import { expect, test } from 'vitest';
import { readSnapshot } from '../../src/catalog/read.ts';
import { snapshotHash } from '../../src/catalog/snapshot.ts';
import { readMigrations } from '../../src/migrate/files.ts';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { useDatabase, withTestDatabase } from '../support/database.ts';
import { migrate } from './support/migrate.ts';

const db = useDatabase();
const hash = async (s: Session): Promise<string> => snapshotHash(await readSnapshot(s, { schemas: ['public'] }));

test('step by step down, each step up and down again: the catalog is what it was', () =>
  db.session(async (s) => {
    const empty = await hash(s);
    await migrate(s, 'up');
    const whole = await hash(s);
    const { files } = readMigrations({ root: process.cwd(), migrations: 'migrations', sql: 'sql' });
    const versions = files.map((file) => file.version);
    for (const [i, version] of [...versions.entries()].reverse()) {
      expect(await migrate(s, 'down', i === 0 ? null : (versions[i - 1] ?? null)), version).toBe(1);
    }
    expect(await hash(s)).toBe(empty);
    await migrate(s, 'up');
    expect(await hash(s)).toBe(whole);
  }));

test('four databases go up and down on one server at once, sharing their roles', async () => {
  const hashes = await Promise.all(
    [1, 2, 3, 4].map(() =>
      withTestDatabase((target) =>
        withSession(target, async (s) => {
          await migrate(s, 'up');
          await migrate(s, 'down');
          await migrate(s, 'up');
          return hash(s);
        }),
      ),
    ),
  );
  expect(new Set(hashes).size).toBe(1);
});
