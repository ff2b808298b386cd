/** Databases of a server as a whole: made, dropped, cloned, listed. Sessions here are on a maintenance database. */
import { ident, literal, type Sql } from '../base/ident.ts';
import { type Target, withDatabaseName } from '../base/target.ts';
import { type Session, withSession } from './pool.ts';
import { ServerError, SQLSTATE } from './server-error.ts';

export interface CreateOptions {
  /** Database to copy. Default `template1`, as in PostgreSQL. Nobody may be connected to it. */
  readonly template?: string;
  /** `FILE_COPY` copies files, fast without fsync; `WAL_LOG` writes WAL, faster with it. Default: the server's. */
  readonly strategy?: 'FILE_COPY' | 'WAL_LOG';
}

/** A database to be connected to while `name` is made or dropped. */
export function maintenanceTarget(target: Target, name = target.database): Target {
  return withDatabaseName(target, name === 'postgres' ? 'template1' : 'postgres');
}

export async function databaseExists(session: Session, name: string): Promise<boolean> {
  const rows = await session.query('SELECT FROM pg_catalog.pg_database WHERE datname = $1', [name]);
  return rows.length > 0;
}

export async function createDatabase(session: Session, name: string, options: CreateOptions = {}): Promise<void> {
  const template = options.template === undefined ? '' : ` TEMPLATE ${ident(options.template)}`;
  const strategy = options.strategy === undefined ? '' : ` STRATEGY ${options.strategy}`;
  await session.query(`CREATE DATABASE ${ident(name)}${template}${strategy}`);
}

/** True when it was made now; another process that makes it at the same time is no fault. */
export async function createDatabaseIfMissing(
  session: Session,
  name: string,
  options: CreateOptions = {},
): Promise<boolean> {
  if (await databaseExists(session, name)) return false;
  try {
    await createDatabase(session, name, options);
    return true;
  } catch (thrown) {
    // Two at once: the loser sees either code, by how close it was.
    const taken: readonly string[] = [SQLSTATE.duplicateDatabase, SQLSTATE.uniqueViolation];
    if (thrown instanceof ServerError && taken.includes(thrown.sqlstate)) return false;
    throw thrown;
  }
}

/** Ends all sessions on it and drops it. Nothing happens when there is none. */
export async function dropDatabase(session: Session, name: string): Promise<void> {
  await session.query(`DROP DATABASE IF EXISTS ${ident(name)} WITH (FORCE)`);
}

/** The database as empty as new, with its encoding, locale and owner as they were. */
export async function recreateDatabase(target: Target): Promise<void> {
  const name = target.database;
  await withSession(maintenanceTarget(target), async (session) => {
    const as = await likeBefore(session, name);
    await dropDatabase(session, name);
    await session.query(`CREATE DATABASE ${ident(name)} TEMPLATE template0${as}`);
  });
}

interface Settings {
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly owner: string;
  /** `c`, `i` or `b` */
  readonly provider: string;
  readonly locale: string | null;
}

async function likeBefore(session: Session, name: string): Promise<Sql> {
  // The column is daticulocale up to 16 and datlocale from 17 on.
  const locale = session.serverVersion >= 170_000 ? 'datlocale' : 'daticulocale';
  const [as] = await session.query<Settings>(
    `SELECT pg_catalog.pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype,
            pg_catalog.pg_get_userbyid(datdba) AS owner, datlocprovider::text AS provider, ${locale} AS locale
       FROM pg_catalog.pg_database WHERE datname = $1`,
    [name],
  );
  if (as === undefined) return '' as Sql;
  const provider = as.locale === null ? '' : ` ${PROVIDERS[as.provider]} ${literal(as.locale)}`;
  const libc = ` LC_COLLATE ${literal(as.collate)} LC_CTYPE ${literal(as.ctype)}`;
  return ` ENCODING ${literal(as.encoding)}${libc}${provider} OWNER ${ident(as.owner)}` as Sql;
}

const PROVIDERS: Readonly<Record<string, string>> = {
  i: 'LOCALE_PROVIDER icu ICU_LOCALE',
  b: 'LOCALE_PROVIDER builtin BUILTIN_LOCALE',
};

export interface DatabaseRow {
  readonly name: string;
  readonly comment: string | null;
}

/** Names of the databases that people work in. */
export async function workingDatabases(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(
    'SELECT datname AS name FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname',
  );
  return rows.map(({ name }) => name);
}

/** Databases whose names begin with `prefix`, with their comments, by name. */
export function databasesLike(session: Session, prefix: string): Promise<readonly DatabaseRow[]> {
  return session.query<DatabaseRow>(
    `SELECT datname AS name, pg_catalog.shobj_description(oid, 'pg_database') AS comment
       FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, $1) ORDER BY datname COLLATE "C"`,
    [prefix],
  );
}

/** Which way of copying is the faster one on this server: measured 22 against 27 ms without fsync, 245 against 87 with. */
export async function cloneStrategy(session: Session): Promise<'FILE_COPY' | 'WAL_LOG'> {
  const [row] = await session.query<{ fsync: string }>("SELECT current_setting('fsync') AS fsync");
  return row?.fsync === 'off' ? 'FILE_COPY' : 'WAL_LOG';
}

/**
 * Gives a finished database its name as a template, in one transaction: nobody can connect to it from then on, which is
 * what CREATE DATABASE … TEMPLATE wants. Its comment is the time, for whoever drops old ones.
 */
export async function publishTemplate(session: Session, building: string, name: string): Promise<void> {
  const made = new Date().toISOString();
  await session.batch(
    `ALTER DATABASE ${ident(building)} RENAME TO ${ident(name)};
     ALTER DATABASE ${ident(name)} ALLOW_CONNECTIONS false;
     COMMENT ON DATABASE ${ident(name)} IS ${literal(made)}`,
  );
}

/** Runs `work` while no other session that uses the same name in this database does. */
export async function withNamedLock<T>(session: Session, name: string, work: () => Promise<T>): Promise<T> {
  await session.query('SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended($1, 0))', [name]);
  try {
    return await work();
  } finally {
    await session.query('SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))', [name]);
  }
}
