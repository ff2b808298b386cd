/**
 * `runs.jsonl`, beside the backups: one line a run of `backup create`, `verify`, `prune --delete`, `drill`, `wal base` and so
 * on, with how it ended. A backup that failed leaves nothing else that monitoring could see.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const RUNS = 'runs.jsonl';

export const RUN_NAMES = [
  'create',
  'verify',
  'prune',
  'drill',
  'wal base',
  'wal prune',
  'wal status',
  'wal upload',
  'wal drill',
] as const;
export type RunName = (typeof RUN_NAMES)[number];

export interface PastRun {
  readonly run: RunName;
  /** ISO time of its end. */
  readonly at: string;
  readonly ok: boolean;
  readonly ms: number;
  /** Of the error that ended it; absent when it came to its end. */
  readonly code?: string;
}

/** A folder that is not there, or full, has no line of it; the run itself has said why. */
export async function recordRun(dir: string, run: PastRun): Promise<void> {
  await appendFile(join(dir, RUNS), `${JSON.stringify(run)}\n`, { mode: 0o600 }).catch(() => undefined);
}

/** Oldest first. Lines that a crash cut short are passed over. */
export async function readRuns(dir: string): Promise<readonly PastRun[]> {
  const text = await readFile(join(dir, RUNS), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): PastRun | null {
  try {
    const value = JSON.parse(line) as Partial<PastRun> | null;
    const known = RUN_NAMES.some((name) => name === value?.run);
    const whole = known && typeof value?.ok === 'boolean' && typeof value.ms === 'number';
    return whole && !Number.isNaN(Date.parse(value.at ?? '')) ? (value as PastRun) : null;
  } catch {
    return null;
  }
}
