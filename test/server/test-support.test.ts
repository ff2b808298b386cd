/** The tests' own ground: which server they get, and that nothing they leave goes unseen. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ident } from '../../src/base/ident.ts';
import type { Target } from '../../src/base/target.ts';
import { closeSession, openSession, type Session, withSession } from '../../src/pg/pool.ts';
import { databasesLeft, serverTarget, withTestDatabase } from '../support/database.ts';
import { dockerMajor, serverOfThisRun } from '../support/global.ts';

function targetOf({ hostname, port, username, password }: URL): Target {
  return { host: hostname, port: Number(port), user: username, password, database: 'postgres' };
}

describe('the server of a run', () => {
  test('is the one that TEST_DATABASE_URL names, whatever else is said', async () => {
    const { url } = await serverOfThisRun({ TEST_DATABASE_URL: 'postgresql://postgres@h/x', TEST_POSTGRES: 'docker' });
    expect(url).toBe('postgresql://postgres@h/x');
  });

  test('is our own when nothing is said, without fsync, and gone afterwards', async () => {
    const server = await serverOfThisRun({});
    const target = targetOf(new URL(server.url));
    expect(await withSession(target, (s) => s.query('SHOW fsync'))).toEqual([{ fsync: 'off' }]);
    await server.stop();
    await expect(withSession(target, (s) => s.query('SHOW fsync'))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });

  test('needs a running Docker when Docker is wanted, and says so', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    const error = await serverOfThisRun({ TEST_POSTGRES: 'docker' }).catch((thrown: unknown) => thrown);
    process.env.PATH = path;
    expect(error).toMatchObject({ message: expect.stringContaining('needs a running Docker') });
  });

  test.each([
    [15, 15],
    [17, 17],
    [18, 17],
  ])('in Docker, beside a pg_dump of %i, is of version %i', async (client, server) => {
    const folder = mkdtempSync(join(tmpdir(), 'strata-clients-'));
    const says = `#!/bin/sh\necho 'pg_dump (PostgreSQL) ${client}.4'\n`;
    writeFileSync(join(folder, 'pg_dump'), says, { mode: 0o755 });
    const major = await dockerMajor({ STRATA_PG_BIN: folder }, { usual: [] });
    rmSync(folder, { recursive: true });
    expect(major).toBe(server);
  });

  test('gets a superuser called postgres for the run, when the one given is called otherwise', async () => {
    const own = await serverOfThisRun({});
    try {
      const boss = new URL(own.url);
      await withSession(targetOf(boss), (s) => s.batch("CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'b'"));
      boss.username = 'boss';
      boss.password = 'b';
      const asBoss = (sql: string): Promise<unknown> => withSession(targetOf(boss), (s) => s.query(sql));
      const given = (): ReturnType<typeof serverOfThisRun> => serverOfThisRun({ TEST_DATABASE_URL: boss.href });
      await expect(given()).rejects.toThrow('the one called postgres, which is there');
      await asBoss('ALTER ROLE postgres RENAME TO first');
      const { url, stop } = await given();
      const rows = await withSession(targetOf(new URL(url)), (s) =>
        s.query('SELECT current_user::text AS me, rolsuper FROM pg_roles WHERE rolname = current_user'),
      );
      expect(rows).toEqual([{ me: 'postgres', rolsuper: true }]);
      await stop();
      expect(await asBoss("SELECT FROM pg_roles WHERE rolname = 'postgres'")).toEqual([]);
    } finally {
      await own.stop();
    }
  });

  test('in Docker is 17 where there is no pg_dump', async () => {
    expect(await dockerMajor({}, { usual: [] })).toBe(17);
  });

  test('cannot be of an unknown kind', async () => {
    await expect(serverOfThisRun({ TEST_POSTGRES: 'dokcer' })).rejects.toThrow('TEST_POSTGRES=dokcer is not known');
  });
});

describe('the leak check', () => {
  test('sees a session that was left open, and drops its database all the same', async () => {
    let name = '';
    let forgotten: Session | undefined;
    const leaking = withTestDatabase(async (target) => {
      name = target.database;
      forgotten = await openSession(target);
    });
    await expect(leaking).rejects.toThrow(/sessions left on strata_test_/);
    if (forgotten) await closeSession(forgotten);
    const left = await withSession(serverTarget(), (s) =>
      s.query('SELECT FROM pg_database WHERE datname = $1', [name]),
    );
    expect(left).toEqual([]);
  });

  test('sees a database that was left', async () => {
    const name = ident(`strata_scratch_x_${process.pid}_left`);
    await withSession(serverTarget(), (s) => s.query(`CREATE DATABASE ${name}`));
    expect(await databasesLeft()).toEqual([`strata_scratch_x_${process.pid}_left`]);
    await withSession(serverTarget(), (s) => s.query(`DROP DATABASE ${name}`));
    expect(await databasesLeft()).toEqual([]);
  });
});
