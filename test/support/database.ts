/** A database per test file, dropped afterwards; and a Target for it. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, inject } from 'vitest';
import { ident } from '../../src/base/ident.ts';
import { type Target, withDatabaseName } from '../../src/base/target.ts';
import { type Session, withSession } from '../../src/pg/pool.ts';

/** The server of this run, as its superuser, in database `postgres`. */
export function serverTarget(): Target {
  const url = new URL(inject('databaseUrl'));
  const password = decodeURIComponent(url.password);
  return {
    host: url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.searchParams.get('port') ?? (url.port || 5432)),
    user: decodeURIComponent(url.username),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    ...(password ? { password } : {}),
  };
}

/** Lends an empty database to `work` and drops it, whatever happens. */
export async function withTestDatabase<T>(work: (target: Target) => Promise<T>, name = testName()): Promise<T> {
  const server = serverTarget();
  await withSession(server, (s) => s.query(`CREATE DATABASE ${ident(name)} TEMPLATE template0 STRATEGY FILE_COPY`));
  try {
    return await work(withDatabaseName(server, name));
  } finally {
    await withSession(server, (s) => s.query(`DROP DATABASE IF EXISTS ${ident(name)} WITH (FORCE)`));
  }
}

/** One database for the whole test file. Call at the top level; use what it returns inside tests. */
export function useDatabase(): { target: () => Target; session: <T>(work: (s: Session) => Promise<T>) => Promise<T> } {
  const name = testName();
  const server = (): Target => serverTarget();
  beforeAll(() =>
    withSession(server(), (s) => s.query(`CREATE DATABASE ${ident(name)} TEMPLATE template0 STRATEGY FILE_COPY`)),
  );
  afterAll(() => withSession(server(), (s) => s.query(`DROP DATABASE IF EXISTS ${ident(name)} WITH (FORCE)`)));
  const target = (): Target => withDatabaseName(server(), name);
  return { target, session: (work) => withSession(target(), work) };
}

function testName(): string {
  return `strata_test_${process.pid}_${randomBytes(4).toString('hex')}`;
}
