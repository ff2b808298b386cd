/** `wal prune`: which base backups and which WAL are needed, and why; deletes the rest only with `--delete`. */
import { resolve } from 'node:path';
import { openArchive } from '../wal/archive.ts';
import { planWalPrune, pruneWal } from '../wal/prune.ts';
import type { Run } from './command.ts';
import { monitored } from './monitored.ts';
import { pruneOutcome } from './wal-prune-shown.ts';

export const run: Run = async (context, options) => {
  if (options.remote === true) return await (await import('./wal-remote.ts')).prune(context, options);
  return options.delete === true
    ? await monitored('wal prune', prune)(context, options)
    : await prune(context, options);
};

const prune: Run = async ({ config, runtime }, options) => {
  const { dir, days } = config.backup.wal;
  const archive = await openArchive(resolve(config.root, dir));
  const input = { archive, days, runtime };
  const deleted = options.delete === true;
  const plan = deleted ? await pruneWal(input) : await planWalPrune(input);
  return pruneOutcome(plan, { deleted, days, place: archive.dir, flag: '' });
};
