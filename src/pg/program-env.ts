/** A Target as the environment that libpq's programs read, so that no secret and no odd name passes through argv. */
import type { Target } from '../base/target.ts';
import type { Env } from './program-search.ts';

/** Variables that would override or mix with the ones set here. */
const CLEARED = ['PGSERVICE', 'PGSERVICEFILE', 'PGHOSTADDR', 'PGPASSFILE', 'PGREQUIRESSL', 'PGTARGETSESSIONATTRS'];

/** Messages in English and UTF-8 whatever the machine's locale; the connection by PG… variables. */
export function connectionEnv(target: Target | null, env: Env): NodeJS.ProcessEnv {
  const base: NodeJS.ProcessEnv = { ...env, LC_ALL: 'C', PGCLIENTENCODING: 'UTF8' };
  if (target === null) return base;
  const kept = Object.entries(base).filter(([name]) => !name.startsWith('PGSSL') && !CLEARED.includes(name));
  const ssl = target.ssl;
  return dropUndefined({
    ...Object.fromEntries(kept),
    PGHOST: target.host,
    PGPORT: String(target.port),
    PGUSER: target.user,
    PGDATABASE: target.database,
    PGPASSWORD: target.password,
    PGOPTIONS: target.options,
    PGAPPNAME: target.applicationName ?? 'strata',
    PGCONNECT_TIMEOUT: String(target.connectTimeout ?? 10),
    PGSSLMODE: ssl?.mode,
    PGSSLROOTCERT: ssl?.rootCert,
    PGSSLCERT: ssl?.cert,
    PGSSLKEY: ssl?.key,
    // The null device: an unreadable or foreign .pgpass must not be tried when config/ has decided on the password.
    PGPASSFILE: process.platform === 'win32' ? 'NUL' : '/dev/null',
  });
}

function dropUndefined(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

/**
 * `--dbname=…` for programs that want the database named (pg_restore, pg_dumpall). Always in the form `dbname='…'`:
 * a bare name with `=` or `postgresql://` in it would be read as a connection string.
 */
export function databaseArgument(database: string): string {
  return `--dbname=dbname='${database.replace(/[\\']/g, '\\$&')}'`;
}
