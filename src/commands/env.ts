/** `strata env [mark]`: shows or writes the mark of a database; taking `production` away needs the second key. */
import { ToolError } from '../base/errors.ts';
import { type Outcome, outcome } from '../base/finding.ts';
import { readMark, writeMark } from '../pg/mark.ts';
import type { Context, Options } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { withDatabase } from './database.ts';

export async function run(context: Context, options: Options): Promise<Outcome> {
  const [wanted] = options.args;
  if (wanted !== undefined && !/^[a-z][a-z0-9_-]{0,30}$/.test(wanted)) {
    throw new ToolError('USAGE', `"${wanted}" is no name for a mark`, {
      hint: 'Use lower-case letters, digits, - and _, for example: strata env staging. "none" takes the mark away.',
    });
  }
  return withDatabase(context, async (session) => {
    const { database } = session.target;
    const before = await readMark(session);
    if (wanted === undefined) {
      return outcome({ database, mark: before }, [{ kind: 'text', text: before ?? `${database} has no mark` }]);
    }
    const mark = wanted === 'none' ? null : wanted;
    if (before === 'production' && mark !== 'production')
      await needConfirmation(context, options, session, `env ${wanted}`);
    await writeMark(session, mark);
    const text = mark === null ? `${database} has no mark any more` : `${database} is marked ${mark}`;
    return outcome({ database, mark, before }, [{ kind: 'text', text }]);
  });
}
