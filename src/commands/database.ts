/** Which database a command works on: the configured one, else the project's own embedded server, started on demand. */
import { messageOf, ToolError } from '../base/errors.ts';
import { describeTarget, type Target } from '../base/target.ts';
import { closeSession, openSession, type Session, type SessionOptions, withSession } from '../pg/pool.ts';
import { isConnectionLoss } from '../pg/server-error.ts';
import type { EmbeddedOptions } from '../server/embedded.ts';
import type { Context } from './command.ts';

/** The target to work on; starts the embedded server when nothing is configured (EMBEDDED_… errors when it cannot). */
export async function resolveTarget(context: Context): Promise<Target> {
  if (context.config.target) return context.config.target;
  // Loaded only here: most runs name a database.
  const { startEmbedded } = await import('../server/embedded.ts');
  return (await startEmbedded(embeddedOptions(context))).target;
}

export function embeddedOptions({ config, runtime }: Context): EmbeddedOptions {
  return { runtime, root: config.root, dir: config.embedded.dir, version: config.embedded.version };
}

/** Lends a session on the command's database. Throws CONNECTION_LOST when it breaks under the work. */
export async function withDatabase<T>(
  context: Context,
  work: (session: Session) => Promise<T>,
  options: SessionOptions = {},
): Promise<T> {
  const { target } = context.config;
  if (target) return withSession(target, (session) => telling(session, work), options);
  const session = await openOnEmbedded(context, options);
  try {
    return await telling(session, work);
  } finally {
    await closeSession(session);
  }
}

const ATTEMPTS = 5;

/**
 * A server that lost a process takes connections for some milliseconds more and then drops them to recover; and a killed
 * `db reset` leaves no database. Our own server we know well enough to ask again, before any work has begun.
 */
async function openOnEmbedded(context: Context, options: SessionOptions): Promise<Session> {
  for (let attempt = 1; ; attempt += 1) {
    const target = await resolveTarget(context);
    try {
      return await openSession(target, options);
    } catch (thrown) {
      if (!(thrown instanceof ToolError) || thrown.code !== 'CONNECT_FAILED' || attempt >= ATTEMPTS) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
      const { restoreDatabase } = await import('../server/embedded.ts');
      await restoreDatabase(target).catch(() => undefined);
    }
  }
}

/** A broken connection as an error for people, wherever in a command it breaks. */
async function telling<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await work(session);
  } catch (thrown) {
    if (!isConnectionLoss(thrown)) throw thrown;
    throw new ToolError('CONNECTION_LOST', `the connection to ${describeTarget(session.target)} broke`, {
      detail: messageOf(thrown),
      hint: 'When the server is back, see where things are with: strata status',
      cause: thrown,
    });
  }
}
