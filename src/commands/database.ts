/** Which database a command works on: the configured one, else the project's own embedded server, started on demand. */
import { ToolError } from '../base/errors.ts';
import type { Target } from '../base/target.ts';
import { type Session, type SessionOptions, withSession } from '../pg/pool.ts';
import type { Context } from './command.ts';

export async function resolveTarget({ config }: Context): Promise<Target> {
  if (config.target) return config.target;
  throw new ToolError('CONNECT_FAILED', 'no database is configured');
}

export async function withDatabase<T>(
  context: Context,
  work: (session: Session) => Promise<T>,
  options: SessionOptions = {},
): Promise<T> {
  return withSession(await resolveTarget(context), work, options);
}
