import { expect, describe as group, test } from 'vitest';
import { canonicalJson } from '../../src/base/canonical.ts';
import { compare } from '../../src/catalog/compare.ts';
import { describe } from '../../src/catalog/describe.ts';
import { readSnapshot } from '../../src/catalog/read.ts';
import { snapshotHash } from '../../src/catalog/snapshot.ts';
import { majorOf, type Session, withSession } from '../../src/pg/pool.ts';
import { changeLine } from '../support/changes.ts';
import { serverTarget, useDatabase } from '../support/database.ts';
import { INSIDE } from './inside.ts';
import { GROUND, MUTATIONS } from './mutations.ts';

const database = useDatabase();
const major = await withSession(serverTarget(), async (session) => majorOf(session));
const known = [...MUTATIONS, ...INSIDE].filter(({ since = 0 }) => since <= major);

/** In a transaction that is rolled back, roles and all. */
async function rolledBack<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN');
  try {
    return await work();
  } finally {
    await session.query('ROLLBACK');
  }
}

group('a change of the database is noticed', () => {
  test.each(known)('$title', async ({ setup, change, expect: expected }) => {
    await database.session((session) =>
      rolledBack(session, async () => {
        await session.batch(`${GROUND}; ${setup ?? ''}`);
        const before = await readSnapshot(session, { owners: true });
        await session.batch(change);
        const after = await readSnapshot(session, { owners: true });
        const changes = compare(before, after);
        expect(changes.map(changeLine).sort()).toEqual([...expected].sort());
        expect(snapshotHash(after)).not.toBe(snapshotHash(before));
        for (const text of changes.map(describe)) expect(text.before).not.toBe(text.after);
        expect(compare(after, after)).toEqual([]);
        // Of what there may be thousands, members are in the order of the canonical bytes: hashing makes no copy.
        const { types: _, ...many } = after;
        expect(JSON.stringify(many)).toBe(canonicalJson(many));
      }),
    );
  });
});
