/** Which database a command works on: the configured one, else the project's own embedded server, started on demand. */
import type { Target } from '../base/target.ts';
import { type Session, type SessionOptions, withSession } from '../pg/pool.ts';
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

/** Lends a session on the command's database. */
export async function withDatabase<T>(
  context: Context,
  work: (session: Session) => Promise<T>,
  options: SessionOptions = {},
): Promise<T> {
  return withSession(await resolveTarget(context), work, options);
}
