/** A restore in place: the name always belongs to one whole database. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type InPlaceInput, type RestoredInPlace, restoreInPlace } from '../../src/backup/in-place.ts';
import { namedAfter } from '../../src/backup/restore.ts';
import type { Backup } from '../../src/backup/take.ts';
import { ident } from '../../src/base/ident.ts';
import { withDatabaseName } from '../../src/base/target.ts';
import { readMark } from '../../src/pg/mark.ts';
import { closeSession, openSession, withSession } from '../../src/pg/pool.ts';
import { login, serverTarget, useDatabase } from '../support/database.ts';
import { strata } from '../support/project.ts';
import { databaseExists, dirOf, dropDatabase, listener, take } from './shop.ts';

const db = useDatabase();
let backup: Backup;

beforeAll(async () => {
  await db.session((s) =>
    s.batch(`CREATE TABLE t AS SELECT generate_series(1, 10) AS id;
      ALTER DATABASE ${ident(db.target().database)} SET strata.environment = 'production'`),
  );
  backup = await take(db.target());
});
/** Databases named after ours. */
async function relatives(): Promise<string[]> {
  const rows = await withSession(serverTarget(), (s) =>
    s.query<{ name: string }>('SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1) ORDER BY 1', [
      `${db.target().database}_`,
    ]),
  );
  return rows.map(({ name }) => name);
}
async function dropRelatives(): Promise<void> {
  for (const name of await relatives()) await dropDatabase(name);
}
afterEach(dropRelatives);
afterAll(() => dropDatabase(db.target().database));

function inPlace(more: Partial<InPlaceInput> = {}): Promise<RestoredInPlace> {
  const target = db.target();
  return restoreInPlace({
    target,
    dir: dirOf(backup),
    id: backup.id,
    confirm: target.database,
    runtime: listener(),
    ...more,
  });
}

async function rows(database = db.target().database): Promise<number | undefined> {
  const found = await withSession(withDatabaseName(serverTarget(), database), (s) =>
    s.query<{ rows: number }>('SELECT count(*)::int AS rows FROM t'),
  );
  return found[0]?.rows;
}

test('the backup takes the name with the mark, the old database is kept, and whoever was connected is out', async () => {
  await db.session((s) => s.query('INSERT INTO t VALUES (11)'));
  const session = await openSession(db.target());
  const { database, kept } = await inPlace();
  expect(database).toBe(db.target().database);
  expect(kept).toMatch(/_before_\d{8}T\d{6}Z$/);
  expect([await rows(), await rows(kept)]).toEqual([10, 11]);
  expect(await withSession(db.target(), readMark)).toBe('production');
  await expect(session.query('SELECT 1')).rejects.toThrow();
  await closeSession(session);
  expect(await relatives()).toEqual([kept]);
});

test('applications that come back at once do not keep it from happening', async () => {
  const state = { stop: false };
  const knocking = Array.from({ length: 3 }, async () => {
    while (!state.stop) {
      await withSession(db.target(), (s) => s.query('SELECT pg_sleep(0.2)')).catch(() => undefined);
    }
  });
  try {
    const { kept } = await inPlace();
    expect([await rows(), await rows(kept)]).toEqual([10, 10]);
  } finally {
    state.stop = true;
    await Promise.all(knocking);
  }
});

test.each([[undefined], ['another']])('without the second key (--confirm %s) nothing is touched', async (confirm) => {
  await expect(inPlace({ confirm })).rejects.toMatchObject({
    code: 'CONFIRM_NEEDED',
    exit: 6,
    more: { hint: expect.stringContaining(`--in-place --confirm ${db.target().database}`) },
  });
  expect(await relatives()).toEqual([]);
});

test('what keeps the names from changing leaves the old database in its place, and the restored one beside it', async () => {
  const [setting] = await withSession(serverTarget(), (s) =>
    s.query<{ n: string }>(`SELECT current_setting('max_prepared_transactions') AS n`),
  );
  const now = new Date('2026-01-01T00:00:00Z');
  if (setting?.n === '0') {
    // A server without prepared transactions: the name of the old one is what can be taken.
    const kept = namedAfter(db.target().database, '_before_20260101T000000Z');
    await withSession(serverTarget(), (s) => s.query(`CREATE DATABASE ${ident(kept)}`));
  } else {
    await db.session((s) => s.batch(`BEGIN; INSERT INTO t VALUES (12); PREPARE TRANSACTION 'strata in place'`));
  }
  try {
    await expect(inPlace({ runtime: listener({ now: () => now }) })).rejects.toMatchObject({
      code: 'SWAP_FAILED',
      exit: 5,
      more: { detail: expect.stringContaining('is as it was'), hint: expect.stringContaining('RENAME TO') },
    });
    expect(await rows()).toBe(10);
    const beside = namedAfter(db.target().database, `_restored_${backup.id.slice(0, 16)}`);
    expect(await databaseExists(beside)).toBe(true);
    expect(await rows(beside)).toBe(10);
  } finally {
    if (setting?.n !== '0') await db.session((s) => s.query(`ROLLBACK PREPARED 'strata in place'`));
  }
}, 60_000);

test('a session that the role may not end is named as the reason, and nothing is touched', async () => {
  const role = `${db.target().database}_owner`;
  const name = `${db.target().database}_owned`;
  await withSession(serverTarget(), (s) => s.query(`CREATE ROLE ${role} ${login()} CREATEDB`));
  await withSession(serverTarget(), (s) => s.query(`CREATE DATABASE ${name} TEMPLATE template0 OWNER ${role}`));
  const target = { ...withDatabaseName(serverTarget(), name), user: role };
  try {
    await withSession(target, (s) => s.query('CREATE TABLE t AS SELECT generate_series(1, 5) AS id'));
    const owned = await take(withDatabaseName(serverTarget(), name));
    const superuser = await openSession(withDatabaseName(serverTarget(), name));
    try {
      await expect(inPlace({ target, dir: dirOf(owned), id: owned.id, confirm: name })).rejects.toMatchObject({
        code: 'SWAP_FAILED',
        message: expect.stringMatching(/terminate|superuser/),
      });
      expect(await superuser.query('SELECT count(*)::int AS rows FROM t')).toEqual([{ rows: 5 }]);
    } finally {
      await closeSession(superuser);
    }
    // Once that session is gone, the role can do it.
    await dropDatabase(namedAfter(name, `_restored_${owned.id.slice(0, 16)}`));
    await inPlace({ target, dir: dirOf(owned), id: owned.id, confirm: name });
    expect(await rows(name)).toBe(5);
  } finally {
    await dropRelatives();
    await withSession(serverTarget(), (s) => s.query(`DROP ROLE ${role}`));
  }
}, 60_000);

test('from the command line', async () => {
  const { database } = db.target();
  const args = ['restore', backup.id, '--dir', dirOf(backup), '--in-place'];
  const refused = await strata([...args, '--to', 'elsewhere'], { target: db.target() });
  expect(refused).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--in-place and --to exclude each other'),
  });
  expect((await strata(args, { target: db.target() })).status).toBe(6);
  const done = await strata([...args, '--confirm', database], { target: db.target() });
  expect(done).toMatchObject({ status: 0, stdout: expect.stringMatching(/the old database is kept as .*_before_/) });
  expect(await rows()).toBe(10);
});
