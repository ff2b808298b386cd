/**
 * A scratch run leaves the server's roles as they were: what its migrations made is dropped behind its database, or the
 * next run would meet it.
 *
 * Only roles that the files name, for somebody else may make one meanwhile. One that is made where it is missing may by now
 * serve another run, which found it there: then it stays, as after `strata up`. No two runs can make one by a plain CREATE
 * ROLE, so that one is this run's own.
 */
import { ident } from '../base/ident.ts';
import { statementsOf } from '../base/plan.ts';
import type { Target } from '../base/target.ts';
import { roleMadeBy } from '../migrate/cycle-roles.ts';
import { maintenanceTarget } from '../pg/databases.ts';
import { type Session, withSession } from '../pg/pool.ts';
import type { Context } from './command.ts';
import { loadProject } from './project.ts';
import rolesText from './sql/cycle-roles.sql';

interface Roles {
  readonly roles: readonly string[];
  /** Another strata is at work on the server. */
  readonly busy: boolean;
}

/** Runs `work`, which makes and drops a scratch database on the server. */
export async function keepingRoles<T>(context: Context, server: Target, work: () => Promise<T>): Promise<T> {
  const before = new Set((await withSession(maintenanceTarget(server, ''), readRoles)).roles);
  try {
    return await work();
  } finally {
    // What cannot be dropped is told by the next run, with the migration that makes it.
    await withSession(maintenanceTarget(server, ''), (session) => dropMade(context, session, before)).catch(
      () => undefined,
    );
  }
}

async function readRoles(session: Session): Promise<Roles> {
  const [row] = await session.query<Roles>(rolesText);
  return row ?? { roles: [], busy: true };
}

async function dropMade(context: Context, session: Session, before: ReadonlySet<string>): Promise<void> {
  const { roles, busy } = await readRoles(session);
  const fresh = roles.filter((role) => !before.has(role));
  if (fresh.length === 0) return;
  const { plain, text } = await told(context);
  const made = fresh.filter((role) => plain.has(role) || (!busy && isNamed(role, text)));
  // One that granted a membership goes only behind the member.
  for (const role of [...made, ...made.toReversed()]) {
    await session.query(`DROP ROLE IF EXISTS ${ident(role)}`).catch(() => undefined);
  }
}

/** What the files say of roles: those of plain statements, and all that they say. */
async function told(context: Context): Promise<{ readonly plain: ReadonlySet<string>; readonly text: string }> {
  const project = loadProject(context);
  const migrations = [...(await project.compiler(project.files)).values()];
  const statements = migrations.flatMap(({ up, down }) => [...statementsOf(up), ...statementsOf(down)]);
  const texts = [...statements.map(({ sql }) => sql), ...migrations.map(({ file }) => file.source)];
  return { plain: new Set(statements.flatMap(({ sql }) => roleMadeBy(sql) ?? [])), text: texts.join('\n') };
}

/** As a word of its own, in either case: a name without quotes is folded. */
function isNamed(role: string, text: string): boolean {
  return new RegExp(`(?<![\\w$])${role.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w$])`, 'iu').test(text);
}
