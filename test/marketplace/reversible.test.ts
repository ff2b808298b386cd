/** Every migration goes down again and leaves what was there before, and the end is the reviewed one; two databases on one server do not meet. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { readSnapshot } from '../../src/catalog/read.ts';
import { snapshotHash, snapshotText } from '../../src/catalog/snapshot.ts';
import { readMigrations } from '../../src/migrate/files.ts';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { useDatabase, withTestDatabase } from '../support/database.ts';
import { migrate } from './support/migrate.ts';
import { loadSet } from './support/seeds.ts';

const db = useDatabase();
const STORED = 'test/cases/marketplace/snapshot.json';
const hash = async (s: Session): Promise<string> => snapshotHash(await readSnapshot(s, { schemas: ['public'] }));
const VERSIONS = readMigrations({ root: process.cwd(), migrations: 'migrations', sql: 'sql' }).files.map(
  (file) => file.version,
);
/** Where a migration starts from. */
const before = (version: string): string | null => VERSIONS[VERSIONS.indexOf(version) - 1] ?? null;

test(
  'each migration, up and down and up: the catalog is what it was, on nothing and on the demo',
  () =>
    db.session(async (s) => {
      const hashes = new Map<string | null, string>([[null, await hash(s)]]);
      for (const version of VERSIONS) {
        expect(await migrate(s, 'up', version), version).toBe(1);
        hashes.set(version, await hash(s));
        expect(await migrate(s, 'down', before(version)), version).toBe(1);
        expect(await hash(s), `${version} down`).toBe(hashes.get(before(version)));
        await migrate(s, 'up', version);
      }
      expect(await hash(s)).toBe(hashes.get(VERSIONS.at(-1) ?? null));

      await loadSet(s, 'demo');
      for (const version of VERSIONS.toReversed()) {
        await migrate(s, 'down', before(version));
        await migrate(s, 'up', version);
        expect(await hash(s), `${version} up again on data`).toBe(hashes.get(version));
        await migrate(s, 'down', before(version));
      }
      expect(await hash(s)).toBe(hashes.get(null));
    }),
  180_000,
);

/** Without what tells server versions apart: how they write the query of a view, their extensions' versions, and so the hash. */
function alike(text: string): string {
  return text
    .replace(/^ *"hash": .*\n/m, '')
    .replace(/("definition": )" (?:SELECT|WITH) .*"(,?)$/gm, '$1"…"$2')
    .replace(/("version": )"[\d.]+"/g, '$1"…"');
}

test('what they lead to is the reviewed snapshot; UPDATE=1 renews it', () =>
  db.session(async (s) => {
    await migrate(s, 'up');
    const snapshot = await readSnapshot(s, { schemas: ['public'], partitions: false });
    const meta = { serverVersion: 170_000, takenAt: new Date('2026-03-02T00:00:00Z') };
    const text = alike(snapshotText(snapshot, meta));
    if (process.env.UPDATE) {
      mkdirSync(dirname(STORED), { recursive: true });
      writeFileSync(STORED, text);
    }
    expect(text).toBe(readFileSync(STORED, 'utf8'));
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
