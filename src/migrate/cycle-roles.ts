/**
 * Roles in migrations: they belong to the server, so a scratch database is not enough to forget them, and a server that has
 * another database of the same project has its roles already.
 */
import { literal } from '../base/ident.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';

/** The role that a plain statement makes; null for all others, a DO block among them. */
export function roleMadeBy(sql: string): string | null {
  const [, name] = /^\s*CREATE\s+(?:ROLE|USER(?!\s+MAPPING\b)|GROUP)\s+("(?:[^"]|"")+"|[^\s";]+)/i.exec(sql) ?? [];
  if (name === undefined) return null;
  return name.startsWith('"') ? name.slice(1, -1).split('""').join('"') : name.toLowerCase();
}

/** What to do when a statement fails because its role is there already, or is used elsewhere; null: it is not that. */
export function roleHint(error: unknown, sql: string): string | null {
  if (!(error instanceof ServerError)) return null;
  const create = roleMadeBy(sql) === null ? (INSIDE.exec(error.fields.where ?? '')?.[1] ?? '') : sql.trim();
  const name = roleMadeBy(create);
  if (name !== null && error.sqlstate === SQLSTATE.duplicateObject) {
    return [
      'Roles are shared by all databases of the server, and this one was there already: of another database, or left by a down that does not drop it.',
      'Make it only where it is missing, and let down leave it to the others:',
      `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(name).trim()}) THEN ${create}; END IF; END $$;`,
    ].join('\n');
  }
  if (!/^\s*DROP\s+(?:ROLE|USER|GROUP)\b/i.test(sql) || error.sqlstate !== DEPENDENT) return null;
  return 'Roles are shared by all databases of the server: let down take back what the role was granted here, and leave the role.';
}

/** The statement of a DO block or function that failed, as the server names it. */
const INSIDE = /"(CREATE\s+(?:ROLE|USER|GROUP)\b[\s\S]*?)"(?:\n|$)/i;

/** dependent_objects_still_exist */
const DEPENDENT = '2BP01';
