/** `subject erase`: erases a person by the project's own script, and puts the erasure on the list that restores repeat. */
import { join, relative, resolve } from 'node:path';
import { ERASURES_FILE, eraseSubject, repeatErasures } from '../backup/erasures.ts';
import { ToolError } from '../base/errors.ts';
import { type Outcome, outcome } from '../base/finding.ts';
import type { Context, Options, Run } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { withDatabase } from './database.ts';
import { erasureScript, knownErasures } from './erasure-scripts.ts';

export const erase: Run = async (context, options) => {
  const { config } = context;
  const dir = resolve(config.root, config.backup.dir);
  const list = relative(config.root, join(dir, ERASURES_FILE));
  if (options.listed === true) return await eraseListed(context, options, dir, list);
  const subject = subjectOf(options);
  const erasure = { ...erasureScript(context, text(options.script)), subject };
  const { script, file } = erasure;
  if (options.dryRun === true) {
    const line = `subject ${subject} would be erased by ${file}, and listed in ${list}; nothing was touched`;
    return outcome({ subject, script, list, database: null }, [
      { kind: 'text', text: line },
      { kind: 'text', text: erasure.sql },
    ]);
  }
  return await withDatabase(context, async (session) => {
    await needConfirmation(context, options, session, `subject erase ${subject}`, 'destroys data of');
    await eraseSubject(session, erasure, dir, context.runtime.now());
    const { database } = session.target;
    const line = `subject ${subject} is erased from database ${database} by ${file}; restores repeat it: ${list}`;
    return outcome({ subject, script, list, database }, [{ kind: 'text', text: line, tone: 'good' }]);
  });
};

/** For a database that came back by another way: the cluster at a moment, pg_restore by hand. */
async function eraseListed(context: Context, options: Options, dir: string, list: string): Promise<Outcome> {
  const [other] = [options.args[0] && 'a key', options.script && '--script'].filter(Boolean);
  if (other) {
    throw new ToolError('USAGE', `--listed and ${String(other)} exclude each other`, {
      hint: 'With --listed, every erasure of the list is repeated.',
    });
  }
  const { erasures, findings } = await knownErasures(context, dir);
  const count = erasures.length;
  if (options.dryRun === true) {
    const line = `${count} erasures of ${list} would be repeated; nothing was touched`;
    return outcome({ repeated: count, list, database: null }, [{ kind: 'text', text: line }], findings);
  }
  return await withDatabase(context, async (session) => {
    await needConfirmation(context, options, session, 'subject erase --listed', 'destroys data of');
    await repeatErasures(session, erasures);
    const { database } = session.target;
    const line = `${count} erasures of ${list} repeated in database ${database}`;
    return outcome({ repeated: count, list, database }, [{ kind: 'text', text: line, tone: 'good' }], findings);
  });
}

function subjectOf({ args }: Options): string {
  const [subject = ''] = args;
  if (subject.trim() !== '') return subject;
  throw new ToolError('USAGE', 'whom to erase is not said', { hint: 'Give the key: strata subject erase KEY' });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
