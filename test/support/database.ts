/** A database per test file, dropped afterwards; and a Target for it. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, inject } from 'vitest';
import { ident, literal } from '../../src/base/ident.ts';
import { type Target, withDatabaseName } from '../../src/base/target.ts';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { openScratch } from '../../src/server/scratch.ts';

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

/** Lends an empty database to `work` and drops it, whatever happens. A session that `work` leaves on it is a fault. */
export async function withTestDatabase<T>(work: (target: Target) => Promise<T>, name = testName()): Promise<T> {
  const target = await create(name);
  let result: T;
  try {
    result = await work(target);
  } catch (thrown) {
    await drop(name);
    throw thrown;
  }
  await dropUnused(name);
  return result;
}

interface TestFileDatabase {
  readonly target: () => Target;
  readonly session: <T>(work: (s: Session) => Promise<T>) => Promise<T>;
}

/** One database for the whole test file. Call at the top level; use what it returns inside tests. */
export function useDatabase(): TestFileDatabase {
  const name = testName();
  beforeAll(() => create(name));
  afterAll(() => dropUnused(name));
  return lent(() => withDatabaseName(serverTarget(), name));
}

/** The same, filled by `fill`, which runs once in the whole run: each file gets a copy. `what`: one name for one filling. */
export function useCopy(what: string, fill: (session: Session) => Promise<unknown>): TestFileDatabase {
  let copy: Target | undefined;
  beforeAll(async () => {
    const build = async (target: Target): Promise<void> => {
      await withSession(target, fill);
    };
    const template = { key: `${what} of run ${inject('run')}`, build };
    copy = (await openScratch(serverTarget(), { template })).target;
  });
  afterAll(async () => copy && dropUnused(copy.database));
  return lent(() => copy as Target);
}

function lent(target: () => Target): TestFileDatabase {
  return { target, session: (work) => withSession(target(), work) };
}

async function create(name: string): Promise<Target> {
  const server = serverTarget();
  await withSession(server, (s) => s.query(`CREATE DATABASE ${ident(name)} TEMPLATE template0 STRATEGY FILE_COPY`));
  return withDatabaseName(server, name);
}

async function drop(name: string): Promise<void> {
  await withSession(serverTarget(), (s) => s.query(`DROP DATABASE IF EXISTS ${ident(name)} WITH (FORCE)`));
}

/** A session whose process is ending needs a moment; one that is still there then was forgotten. */
const LEAVING = 5_000;

/** The leak check: drops the database, and throws when somebody is still connected to it. */
async function dropUnused(name: string): Promise<void> {
  const until = Date.now() + LEAVING;
  let left = await sessionsOn(name);
  while (left.length > 0 && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = await sessionsOn(name);
  }
  await drop(name);
  if (left.length > 0)
    throw new Error(`sessions left on ${name}:\n${left.map((one) => JSON.stringify(one)).join('\n')}`);
}

function sessionsOn(name: string): Promise<readonly object[]> {
  return withSession(serverTarget(), (s) =>
    s.query(
      `SELECT pid, application_name, state, left(query, 200) AS query FROM pg_stat_activity
        WHERE datname = $1 AND backend_type = 'client backend'`,
      [name],
    ),
  );
}

/** Databases that a test made and nobody dropped. The names carry the process id of their test file. */
export function databasesLeft(): Promise<readonly string[]> {
  return withSession(serverTarget(), async (s) => {
    const prefix = `strata\\_%\\_${process.pid}\\_%`;
    const rows = await s.query<{ datname: string }>('SELECT datname FROM pg_database WHERE datname LIKE $1', [prefix]);
    return rows.map((row) => row.datname);
  });
}

/** Attributes for a role that a test connects as with `{ ...target, user }`: its password is the one in the target. */
export function login(): string {
  const { password } = serverTarget();
  return password === undefined ? 'LOGIN' : `LOGIN PASSWORD ${literal(password)}`;
}

function testName(): string {
  return `strata_test_${process.pid}_${randomBytes(4).toString('hex')}`;
}
