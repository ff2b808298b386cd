/** A backup as what a scratch database starts from: for `plan --rehearse` and `cycle`. */
import { resolve } from 'node:path';
import type { Target } from '../base/target.ts';
import { resolveId } from '../disk/store.ts';
import type { Context } from './command.ts';

/** The whole id of `--from-backup`: an id, its unique beginning, or `latest`. Throws BACKUP_NOT_FOUND. */
export async function backupId({ config }: Context, given: string): Promise<string> {
  return resolveId(resolve(config.root, config.backup.dir), given === 'latest' ? undefined : given);
}

export interface RestoreIntoOptions {
  /** As `--identity`. Default: STRATA_AGE_IDENTITY. */
  readonly identity?: unknown;
}

/** Restores into an empty database on the command's server, verified and compared as `strata restore` does. */
export async function restoreInto(
  context: Context,
  id: string,
  target: Target,
  { identity }: RestoreIntoOptions = {},
): Promise<void> {
  const { run } = await import('./restore.ts');
  await run(context, { args: [id], to: target.database, identity });
}
