/** Progress of a dump: bytes and bytes a second; and how much time is left, when an earlier backup tells how long it gets. */

import { duration } from '../base/duration.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Target } from '../base/target.ts';
import { listIds } from '../disk/store.ts';
import { readManifest } from './manifest-read.ts';

/** Milliseconds between two events: a display cannot show more, and each costs time. */
const EVERY = 200;

export interface ProgressInput {
  readonly dir: string;
  readonly target: Target;
  readonly format: 'custom' | 'directory';
  readonly runtime: Runtime;
}

/** A listener for the number of bytes written so far; it emits progress events of `task`. */
export async function progressReporter(task: string, input: ProgressInput): Promise<(bytes: number) => void> {
  const { runtime } = input;
  const total = await lastSize(input);
  const start = runtime.ticks();
  let next = start + EVERY;
  return (bytes) => {
    const now = runtime.ticks();
    if (now < next) return;
    next = now + EVERY;
    const rate = `${(bytes / 1024 / 1024 / ((now - start) / 1000)).toFixed(1)} MiB/s`;
    const known = total !== null && total >= bytes ? { total } : {};
    const left = known.total && bytes > 0 ? `, ${duration(((now - start) * (known.total - bytes)) / bytes)} left` : '';
    runtime.emit({ kind: 'progress', task, done: bytes, ...known, unit: 'bytes', text: rate + left });
  };
}

/** Bytes of the dump in the newest readable backup of the same database and format. */
async function lastSize({ dir, target, format }: ProgressInput): Promise<number | null> {
  for (const id of [...(await listIds(dir))].reverse().slice(0, 5)) {
    const { manifest } = await readManifest(dir, id);
    if (manifest?.database.name !== target.database || manifest.dump.format !== format) continue;
    return manifest.files.filter((file) => file.role === 'dump').reduce((sum, file) => sum + file.size, 0);
  }
  return null;
}
