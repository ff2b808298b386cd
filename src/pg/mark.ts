/**
 * The mark `strata env <name>` puts on a database: what stands between `strata down` and a bad day.
 *
 * It is a setting of the database (`ALTER DATABASE … SET strata.environment`), so it needs no table, is not part of a
 * schema that could be dropped, and is not copied by pg_dump: a restored copy is not production. It is read from
 * pg_db_role_setting, not with current_setting(), because a session's own SET (or PGOPTIONS) must not hide the mark and
 * because ALTER DATABASE reaches only later sessions.
 */
import { ToolError } from '../base/errors.ts';
import { ident, literal } from '../base/ident.ts';
import type { Session } from './pool.ts';
import { ServerError, SQLSTATE } from './server-error.ts';

const SETTING = 'strata.environment';

/** The environment's name written into the session's database, or null when it has none. */
export async function readMark(session: Session): Promise<string | null> {
  const rows = await session.query<{ setting: string }>(
    `SELECT setting FROM pg_catalog.pg_db_role_setting, unnest(setconfig) AS setting
      WHERE setrole = 0 AND setting LIKE '${SETTING}=%'
        AND setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`,
  );
  return rows[0]?.setting.slice(SETTING.length + 1) || null;
}

/** Marks the session's database; null takes the mark away. Throws MARK_DENIED when the role may not. */
export async function writeMark(session: Session, environment: string | null): Promise<void> {
  const [row] = await session.query<{ database: string; role: string }>(
    'SELECT current_database() AS database, current_user::text AS role',
  );
  const { database = '', role = '' } = row ?? {};
  const change = environment === null ? `RESET ${SETTING}` : `SET ${SETTING} = ${literal(environment)}`;
  try {
    await session.query(`ALTER DATABASE ${ident(database)} ${change}`);
  } catch (thrown) {
    if (!(thrown instanceof ServerError) || thrown.sqlstate !== SQLSTATE.insufficientPrivilege) throw thrown;
    throw new ToolError('MARK_DENIED', `role "${role}" may not mark database "${database}"`, {
      detail: thrown.message,
      // PostgreSQL lets only superusers store settings it does not know, unless this was granted.
      hint: `Be the owner of the database, and let a superuser run: GRANT SET ON PARAMETER ${SETTING} TO ${ident(role)};`,
      cause: thrown,
    });
  }
}

/** True when the session's database is marked `production`: destroying data there needs a second key. */
export async function isProduction(session: Session): Promise<boolean> {
  return (await readMark(session)) === 'production';
}
