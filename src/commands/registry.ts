/** The work behind each card, loaded only when it is called. test/cli holds it against the cards. */
import { ToolError } from '../base/errors.ts';
import type { Run } from './command.ts';

type Loader = () => Promise<Run>;

/** By the words of the command: `backup create`. */
export const LOADERS: Readonly<Record<string, Loader>> = {
  init: async () => (await import('./init.ts')).run,
  new: async () => (await import('./new.ts')).run,
  status: async () => (await import('./status.ts')).run,
  plan: async () => (await import('./plan.ts')).run,
  up: async () => (await import('./up.ts')).run,
  down: async () => (await import('./down.ts')).run,
  redo: async () => (await import('./redo.ts')).run,
  verify: async () => (await import('./verify.ts')).run,
  snapshot: async () => (await import('./snapshot.ts')).run,
  repair: async () => (await import('./repair.ts')).run,
  baseline: async () => (await import('./baseline.ts')).run,
  squash: async () => (await import('./squash.ts')).run,
  lint: async () => (await import('./lint.ts')).run,
  drift: async () => (await import('./drift.ts')).run,
  check: async () => (await import('./check.ts')).run,
  cycle: async () => (await import('./cycle.ts')).run,
  seed: async () => (await import('./seed.ts')).run,
  types: async () => (await import('./types.ts')).run,
  'backup create': async () => (await import('./backup-create.ts')).run,
  'backup list': async () => (await import('./backup-list.ts')).run,
  'backup verify': async () => (await import('./backup-verify.ts')).run,
  'backup prune': async () => (await import('./backup-prune.ts')).run,
  'backup upload': async () => (await import('./backup-upload.ts')).run,
  'backup download': async () => (await import('./backup-download.ts')).run,
  'backup install': async () => (await import('./backup-install.ts')).run,
  'backup hold': async () => (await import('./backup-hold.ts')).hold,
  'backup release': async () => (await import('./backup-hold.ts')).release,
  'wal enable': async () => (await import('./wal-enable.ts')).enable,
  'wal disable': async () => (await import('./wal-enable.ts')).disable,
  'wal base': async () => (await import('./wal-base.ts')).run,
  'wal status': async () => (await import('./wal-status.ts')).run,
  'wal upload': async () => (await import('./wal-remote.ts')).upload,
  'wal download': async () => (await import('./wal-remote.ts')).download,
  'wal prune': async () => (await import('./wal-prune.ts')).run,
  restore: async () => (await import('./restore.ts')).run,
  'subject erase': async () => (await import('./subject.ts')).erase,
  'files url': async () => (await import('./files.ts')).url,
  'files orphans': async () => (await import('./files.ts')).orphans,
  drill: async () => (await import('./drill.ts')).run,
  env: async () => (await import('./env.ts')).run,
  'db start': async () => (await import('./db.ts')).start,
  'db stop': async () => (await import('./db.ts')).stop,
  'db url': async () => (await import('./db.ts')).url,
  'db psql': async () => (await import('./db.ts')).psql,
  'db reset': async () => (await import('./db.ts')).reset,
  completion: async () => (await import('./completion.ts')).run,
  start: async () => (await import('./start.ts')).run,
};

/** The work of a command. Throws BUG for a card without a loader, which a test rules out. */
export async function loadRun(path: readonly string[]): Promise<Run> {
  const load = LOADERS[path.join(' ')];
  if (!load) throw new ToolError('BUG', `no work behind "strata ${path.join(' ')}"`);
  return load();
}
