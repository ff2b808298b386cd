/** `subject erase`: erases a person by the project's own script, and puts the erasure on the list that restores repeat. */
import { join, relative, resolve } from 'node:path';
import { ERASURES_FILE } from '../backup/erasure-list.ts';
import { eraseSubject, repeatErasures } from '../backup/erasures.ts';
import { uploadErasures } from '../backup/remote-erasures.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import type { Context, Options, Run } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { withDatabase } from './database.ts';
import { erasureScript, knownErasures } from './erasure-scripts.ts';
import { withStore } from './remote.ts';

export const erase: Run = async (context, options) => {
  const { config } = context;
  const dir = resolve(config.root, config.backup.dir);
  const list = relative(config.root, join(dir, ERASURES_FILE));
  if (options.listed === true) return await eraseListed(context, options, dir, list);
  if (options.of !== undefined)
    throw new ToolError('USAGE', '--of goes with --listed', {
      hint: 'Repeat: strata subject erase --listed --of NAME',
    });
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
    const findings = await sendList(context, dir);
    return outcome({ subject, script, list, database }, [{ kind: 'text', text: line, tone: 'good' }], findings);
  });
};

/** The copies in the bucket would bring the person back just as well. The erasure is done, whatever comes of this. */
async function sendList(context: Context, dir: string): Promise<readonly Finding[]> {
  if (context.config.backup.remote.bucket === '') return [];
  const patience = { retries: 1, timeout: 10_000 };
  try {
    await withStore(context, (store) => uploadErasures(store, dir), patience);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ToolError)) throw thrown;
    const message = `the bucket does not know of this erasure yet: ${messageOf(thrown)}`;
    const hint = 'It learns of it with the next: strata backup upload';
    return [finding({ code: 'erasure/not-uploaded', level: 'warning', subject: dir, message, hint })];
  }
}

/** For a database that came back by another way: the cluster at a moment, pg_restore by hand. */
async function eraseListed(context: Context, options: Options, dir: string, list: string): Promise<Outcome> {
  const [other] = [options.args[0] && 'a key', options.script && '--script'].filter(Boolean);
  if (other) {
    throw new ToolError('USAGE', `--listed and ${String(other)} exclude each other`, {
      hint: 'With --listed, every erasure of the list is repeated.',
    });
  }
  const of = text(options.of);
  if (options.dryRun === true) {
    const { erasures, findings } = await knownErasures(context, dir, of ?? context.config.target?.database ?? null);
    const line = `${erasures.length} erasures of ${list} would be repeated; nothing was touched`;
    return outcome({ repeated: erasures.length, list, database: null }, [{ kind: 'text', text: line }], findings);
  }
  return await withDatabase(context, async (session) => {
    const { database } = session.target;
    const { erasures, findings } = await knownErasures(context, dir, of ?? database);
    await needConfirmation(context, options, session, 'subject erase --listed', 'destroys data of');
    await repeatErasures(session, erasures);
    const repeated = erasures.length;
    const line = `${repeated} erasures of ${list} repeated in database ${database}`;
    return outcome({ repeated, list, database }, [{ kind: 'text', text: line, tone: 'good' }], findings);
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
