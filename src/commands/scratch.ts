/** Scratch databases for commands: beside the command's own database, on the same server and with the same role. */
import { ToolError } from '../base/errors.ts';
import { describeTarget, type Target } from '../base/target.ts';
import { scratchOptions } from '../migrate/replay.ts';
import { type Session, withSession } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import { cancelRunning } from '../pg/session.ts';
import { withScratch } from '../server/scratch.ts';
import type { Context } from './command.ts';
import { keepingRoles } from './cycle-roles.ts';
import { resolveTarget } from './database.ts';

/**
 * Lends a session on a new database, empty unless `fill` puts a backup in before; a statement that hangs is ended, for no
 * test of migrations shall wait for ever. Throws SCRATCH_DENIED when the role may not create one, and RUN_INTERRUPTED when
 * the runtime's signal was aborted meanwhile: a statement that is running then is cancelled.
 */
export async function withScratchSession<T>(
  context: Context,
  work: (session: Session) => Promise<T>,
  fill?: (target: Target) => Promise<unknown>,
): Promise<T> {
  const server = await resolveTarget(context);
  let begun = false;
  try {
    const run = async (target: Target): Promise<T> => {
      begun = true;
      await fill?.(target);
      const own = scratchOptions(context.config.timeouts.statement, fill ? 'backup' : 'few');
      const options = [target.options, own].filter(Boolean).join(' ');
      return withSession({ ...target, options }, (session) => interruptible(context.runtime.signal, session, work));
    };
    return await keepingRoles(context, server, () => withScratch(server, run));
  } catch (thrown) {
    throw begun ? thrown : scratchDenied(server, thrown);
  }
}

/** What is thrown where a scratch database was wanted: SCRATCH_DENIED, or what came for any other reason. */
export function scratchDenied(server: Target, thrown: unknown): unknown {
  if (!(thrown instanceof ServerError)) return thrown;
  const hints: Readonly<Record<string, string>> = {
    [SQLSTATE.insufficientPrivilege]: `Let the role create databases (ALTER ROLE "${server.user}" CREATEDB), or name another server.`,
    [SQLSTATE.readOnlyTransaction]:
      'A standby, and a server that is read-only, takes no new database: name another server.',
  };
  const hint = hints[thrown.sqlstate];
  if (!hint) return thrown;
  return new ToolError('SCRATCH_DENIED', 'a scratch database cannot be created', {
    detail: `${describeTarget(server)}: ${thrown.message}`,
    hint,
    cause: thrown,
  });
}

/** Whatever the work made of its cancelled statement, an interrupted run has no result. */
async function interruptible<T>(
  signal: AbortSignal,
  session: Session,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const stop = (): void => {
    cancelRunning(session.target, session.pid).catch(() => undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const result = await work(session);
    signal.throwIfAborted();
    return result;
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    throw new ToolError('RUN_INTERRUPTED', 'interrupted; the scratch database is removed', { cause: thrown });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
