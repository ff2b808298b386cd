/** The second key: what destroys data on a database marked as production wants its name typed. */
import { ToolError } from '../base/errors.ts';
import { readMark } from '../pg/mark.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';

/** Throws CONFIRM_NEEDED unless the database is no production, or `--confirm` names it. `deed`: `down`, `redo`; `danger`: what it does. */
export async function needConfirmation(
  context: Context,
  options: Options,
  session: Session,
  deed: string,
  danger = 'may destroy data of',
): Promise<void> {
  const { config } = context;
  const { database } = session.target;
  if (options.confirm === database) return;
  const mark = await readMark(session);
  const environment = config.environment === null ? undefined : config.environments[config.environment];
  if (mark !== 'production' && environment?.confirm !== true) return;
  const why =
    mark === 'production' ? 'it is marked as production' : `environment "${config.environment}" asks for confirmation`;
  const given = options.confirm === undefined ? '' : `; --confirm names "${String(options.confirm)}"`;
  throw new ToolError('CONFIRM_NEEDED', `${deed} ${danger} database "${database}"`, {
    detail: `${why}${given}`,
    hint: `If that is what you want: strata ${deed} --confirm ${database}`,
  });
}
