/**
 * Roles belong to the server, not to the database: a dump names them and does not hold them. Without this check
 * pg_restore (by its defaults) goes on and leaves tables with another owner, without policies and without grants.
 */
import { ToolError } from '../base/errors.ts';
import type { Session } from '../pg/pool.ts';
import { withTransaction } from '../pg/transaction.ts';
import rolesMissingSql from './sql/roles-missing.sql';

export interface RolesInput {
  /** Roles that the backup names. */
  readonly needed: readonly string[];
  /** Text of globals.sql. */
  readonly globals: string;
  /** True: missing ones are created, as globals.sql has them. */
  readonly create: boolean;
  /** For messages: what to call again. */
  readonly id: string;
}

/** Gives the names of the roles that it created. Throws RESTORE_ROLE_MISSING. */
export async function provideRoles(session: Session, input: RolesInput): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(rolesMissingSql, [input.needed]);
  const missing = rows.map(({ name }) => name);
  if (missing.length === 0) return [];
  const commands = roleCommands(input.globals, missing);
  if (!input.create) throw rolesMissing(missing, commands, input.id);
  await withTransaction(session, (s) => s.batch(commands.join('\n')));
  return missing;
}

/** The lines of globals.sql that create these roles, give them their attributes, and connect them with others. */
export function roleCommands(globals: string, roles: readonly string[]): readonly string[] {
  const wanted = new Set(roles);
  const lines = globals.split('\n');
  const own = lines.filter((line) => wanted.has(nameAt(line, /^(?:CREATE|ALTER) ROLE /) ?? ''));
  // Without its grantor, who may be another one here.
  const memberships = lines
    .filter((line) => wanted.has(nameAt(line, / TO /) ?? '') && nameAt(line, /^GRANT /) !== null)
    .map((line) => line.replace(/ GRANTED BY .*;$/, ';'));
  return [...own, ...memberships];
}

/** The identifier after a prefix, unquoted; null when the line does not have it. */
function nameAt(line: string, prefix: RegExp): string | null {
  const start = prefix.exec(line);
  if (!start) return null;
  const rest = line.slice(start.index + start[0].length);
  const [, quoted, plain] = /^(?:"((?:[^"]|"")+)"|([^\s;]+))/.exec(rest) ?? [];
  return quoted?.replaceAll('""', '"') ?? plain ?? null;
}

function rolesMissing(missing: readonly string[], commands: readonly string[], id: string): ToolError {
  const unknown = missing.filter((name) => !commands.some((line) => nameAt(line, /^CREATE ROLE /) === name));
  return new ToolError('RESTORE_ROLE_MISSING', `the server lacks roles that the backup names: ${missing.join(', ')}`, {
    detail: [...commands, ...unknown.map((name) => `-- globals.sql of the backup does not hold role ${name}`)].join(
      '\n',
    ),
    hint: `Create them (the commands are above), or let the restore do it, without passwords: strata restore ${id} --create-roles`,
    data: { missing, commands },
  });
}
