/** The mark that says what a database is, and databases made anew. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ident } from '../../src/base/ident.ts';
import { type Target, withDatabaseName } from '../../src/base/target.ts';
import { createDatabaseIfMissing, recreateDatabase } from '../../src/pg/databases.ts';
import { isProduction, readMark, writeMark } from '../../src/pg/mark.ts';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { serverTarget, useDatabase, withTestDatabase } from '../support/database.ts';

const db = useDatabase();

test('a database has no mark, can be marked, and the mark can be taken away', async () => {
  await db.session(async (session) => {
    expect(await readMark(session)).toBeNull();
    expect(await isProduction(session)).toBe(false);
    await writeMark(session, "it's \\ odd");
    expect(await readMark(session)).toBe("it's \\ odd");
    await writeMark(session, 'production');
    expect(await isProduction(session)).toBe(true);
    await writeMark(session, null);
    expect(await readMark(session)).toBeNull();
  });
});

test("the mark is the database's: another one has none, and a session's own setting cannot hide it", async () => {
  await withTestDatabase(async (target) => {
    await withSession(target, (s) => writeMark(s, 'production'));
    const hiding = { ...target, options: '-c strata.environment=development' };
    expect(await withSession(hiding, isProduction)).toBe(true);
    expect(await db.session(isProduction)).toBe(false);
  });
});

/** A login role that is no superuser and owns the database. */
async function asOwner<T>(target: Target, work: (session: Session, role: string) => Promise<T>): Promise<T> {
  const role = `mark_${randomBytes(4).toString('hex')}`;
  await withSession(target, (s) =>
    s.batch(
      `CREATE ROLE ${ident(role)} LOGIN PASSWORD 'owner'; ALTER DATABASE ${ident(target.database)} OWNER TO ${ident(role)}`,
    ),
  );
  try {
    return await withSession({ ...target, user: role, password: 'owner' }, (session) => work(session, role));
  } finally {
    const back = `ALTER DATABASE ${ident(target.database)} OWNER TO ${ident(target.user)}`;
    await withSession(target, (s) => s.batch(`${back}; DROP OWNED BY ${ident(role)}; DROP ROLE ${ident(role)}`));
  }
}

test('an owner who is no superuser is told which grant is missing, and that grant is enough', async () => {
  await withTestDatabase((target) =>
    asOwner(target, async (session, role) => {
      const grant = `GRANT SET ON PARAMETER strata.environment TO ${ident(role)};`;
      await expect(writeMark(session, 'production')).rejects.toMatchObject({
        code: 'MARK_DENIED',
        exit: 6,
        message: expect.stringContaining(role),
        more: { hint: expect.stringContaining(grant) },
      });
      await withSession(target, (s) => s.query(grant));
      await writeMark(session, 'production');
      expect(await isProduction(session)).toBe(true);
      await writeMark(session, null);
    }),
  );
});

test('a database made anew is empty and keeps owner, encoding and locale', async () => {
  await withTestDatabase((target) =>
    asOwner(target, async (_session, role) => {
      const facts = (session: Session) =>
        session.query(
          `SELECT pg_get_userbyid(datdba) AS owner, encoding, datcollate, datctype, datlocprovider
             FROM pg_database WHERE datname = current_database()`,
        );
      const before = await withSession(target, facts);
      expect(before).toMatchObject([{ owner: role }]);
      await withSession(target, (s) => s.query('CREATE TABLE gone (id int)'));
      await recreateDatabase(target);
      expect(await withSession(target, facts)).toEqual(before);
      const tables = await withSession(target, (s) => s.query("SELECT to_regclass('gone') IS NULL AS gone"));
      expect(tables).toEqual([{ gone: true }]);
    }),
  );
});

test('of many who make a missing database one does, and none fails', async () => {
  await withTestDatabase(async (target) => {
    const name = `${target.database}_x`;
    const made = await Promise.all(
      Array.from({ length: 6 }, () => withSession(serverTarget(), (s) => createDatabaseIfMissing(s, name))),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
    await withSession(withDatabaseName(target, name), (s) => s.query('SELECT'));
    await withSession(serverTarget(), (s) => s.query(`DROP DATABASE ${ident(name)}`));
  });
});
