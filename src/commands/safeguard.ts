/** What stands between a production database and a bad migration: a backup before it, and a point to recover to. */
import { messageOf } from '../base/errors.ts';
import { isProduction } from '../pg/mark.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import type { Context, Options } from './command.ts';

/**
 * Takes a backup when `--backup-first` asks for one: when that fails, nothing is migrated. Then, on a database that is
 * marked as production, names a moment in the WAL, which `strata restore --name` goes to. Gives that name; null: none.
 */
export async function safeguard(context: Context, options: Options, session: Session): Promise<string | null> {
  if (options.backupFirst === true) {
    const { run } = await import('./backup-create.ts');
    const { view } = await run(context, { args: [] });
    for (const block of view) if (block.kind === 'text' && block.tone === 'good') note(context, 'info', block.text);
  }
  return (await isProduction(session)) ? restorePoint(context, session) : null;
}

/** Only a record in the WAL, so a role that may not write it is told and goes on: the archive keeps every moment anyway. */
async function restorePoint(context: Context, session: Session): Promise<string | null> {
  const moment = context.runtime
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  const name = `strata_up_${moment}`;
  try {
    await session.query('SELECT pg_create_restore_point($1)', [name]);
  } catch (thrown) {
    if (!(thrown instanceof ServerError)) throw thrown;
    note(context, 'warning', `no restore point was made: ${messageOf(thrown)}`);
    return null;
  }
  note(
    context,
    'info',
    `restore point ${name}: strata restore --name ${name} recovers to it where the WAL is archived`,
  );
  return name;
}

function note({ runtime }: Context, level: 'info' | 'warning', text: string): void {
  runtime.emit({ kind: 'note', level, text });
}
