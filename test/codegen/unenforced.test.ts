/**
 * NOT ENFORCED checks and NOT VALID NOT NULLs, which only PostgreSQL 18 has: from a Snapshot that an 18 wrote, so that
 * every run sees it, and from the server itself where it is one. UPDATE=1 on an 18 writes the Snapshot anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSnapshot } from '../../src/catalog/read.ts';
import { parseSnapshot, snapshotText } from '../../src/catalog/snapshot.ts';
import { withSession } from '../../src/pg/pool.ts';
import { serverTarget } from '../support/database.ts';
import { claimsOf } from './claims.ts';
import { fromSession, generate, members, withDdl } from './support.ts';

const FOLDER = 'test/cases/types/unenforced';
const FILE = `${FOLDER}/snapshot.json`;
const TAKEN_AT = new Date('2026-01-01T00:00:00Z');

test('what is not enforced, or not validated, narrows nothing', () => {
  const { snapshot } = parseSnapshot(readFileSync(FILE, 'utf8'), FILE);
  const checks = snapshot.tables.flatMap(({ constraints }) => constraints.filter(({ kind }) => kind === 'check'));
  expect(checks.filter(({ enforced }) => !enforced)).toHaveLength(1);
  const { text } = generate(snapshot);
  const rows = { never: 'string', held: 'ParentHeld', later: 'string', filled: 'string | null', doubled: 'number' };
  expect(members(text, 'ParentRow')).toEqual(rows);
  expect(members(text, 'SeenRow')).toEqual(rows);
  expect(members(text, 'HeirRow')).toMatchObject({ never: 'string', later: 'string', filled: 'string | null' });
  expect(members(text, 'NewParent')).toMatchObject({ filled: 'string', never: 'string', doubled: '?never' });
});

test('the server itself, where it is an 18', async () => {
  const version = await withSession(serverTarget(), async ({ serverVersion }) => serverVersion);
  // Older ones refuse the words: then there is nothing to misunderstand.
  const ddl = readFileSync(`${FOLDER}/schema.sql`, 'utf8');
  if (version < 180_000) return expect(withDdl(ddl, async () => undefined)).rejects.toThrow(/ENFORCED|VIRTUAL|syntax/);
  await withDdl(ddl, async (session) => {
    const live = await readSnapshot(session, { schemas: ['public'] });
    if (process.env.UPDATE)
      writeFileSync(FILE, snapshotText(live, { serverVersion: session.serverVersion, takenAt: TAKEN_AT }));
    const { text } = await fromSession(session);
    expect(text).toBe(generate(parseSnapshot(readFileSync(FILE, 'utf8'), FILE).snapshot).text);
    const rows = await session.query('SELECT * FROM seen');
    expect(rows).toMatchObject([{ never: 'q', filled: null }]);
    expect(claimsOf(text)('SeenRow', rows[0] ?? {})).toEqual([]);
  });
});
