/** Scratch databases for commands: beside the command's own database, on the same server and with the same role. */
import { ToolError } from '../base/errors.ts';
import { describeTarget } from '../base/target.ts';
import { SCRATCH_OPTIONS } from '../migrate/replay.ts';
import { type Session, withSession } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import { withScratch } from '../server/scratch.ts';
import type { Context } from './command.ts';
import { resolveTarget } from './database.ts';

/** Lends a session on a new, empty database. Throws SCRATCH_DENIED when the role may not create one. */
export async function withScratchSession<T>(context: Context, work: (session: Session) => Promise<T>): Promise<T> {
  const server = await resolveTarget(context);
  let begun = false;
  try {
    return await withScratch(server, (target) => {
      begun = true;
      const options = [target.options, SCRATCH_OPTIONS].filter(Boolean).join(' ');
      return withSession({ ...target, options }, work);
    });
  } catch (thrown) {
    if (begun || !(thrown instanceof ServerError) || thrown.sqlstate !== SQLSTATE.insufficientPrivilege) throw thrown;
    throw new ToolError('SCRATCH_DENIED', 'a scratch database cannot be created', {
      detail: `${describeTarget(server)}: ${thrown.message}`,
      hint: `Let the role create databases (ALTER ROLE "${server.user}" CREATEDB), or name another server with --database-url.`,
      cause: thrown,
    });
  }
}
