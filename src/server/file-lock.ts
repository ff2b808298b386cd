/**
 * One process at a time in a folder, by a lock file that O_EXCL makes only once.
 *
 * Node has no flock(), and a listening socket as a lock would need a port. So the file names its holder, and a file
 * whose holder is dead is removed, under a second short-lived file: without it two processes that both see the dead
 * holder could remove each other's fresh lock.
 */
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { ToolError } from '../base/errors.ts';
import { isSame, sleep, startMark } from './process.ts';

export interface FileLockOptions {
  /** Milliseconds to wait for the holder. Default 120,000. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

const POLL = 20;
/** A lock file without a readable holder is being written, or its writer died between open and write. */
const UNWRITTEN_FOR = 2_000;

/** Runs `work` alone among all processes that use this lock file. Throws EMBEDDED_BUSY when `wait` is over. */
export async function withFileLock<T>(path: string, work: () => Promise<T>, options: FileLockOptions = {}): Promise<T> {
  const deadline = Date.now() + (options.wait ?? 120_000);
  while (!take(path)) {
    options.signal?.throwIfAborted();
    if (removeStale(path)) continue;
    if (Date.now() > deadline) throw busy(path);
    await sleep(POLL);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, JSON.stringify({ pid: process.pid, mark: startMark(process.pid) }));
    closeSync(file);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

/** True when a dead holder's file was removed (by us), so that trying again makes sense at once. */
function removeStale(path: string): boolean {
  if (!isStale(path)) return false;
  const second = `${path}.steal`;
  if (!take(second)) {
    if (ageOf(second) > UNWRITTEN_FOR) rmSync(second, { force: true });
    return false;
  }
  try {
    if (!isStale(path)) return false;
    rmSync(path, { force: true });
    return true;
  } finally {
    rmSync(second, { force: true });
  }
}

function isStale(path: string): boolean {
  const holder = holderOf(path);
  return holder === null ? ageOf(path) > UNWRITTEN_FOR : !isSame(holder.pid, holder.mark);
}

function holderOf(path: string): { readonly pid: number; readonly mark: string } | null {
  try {
    const { pid, mark } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return typeof pid === 'number' && typeof mark === 'string' ? { pid, mark } : null;
  } catch {
    return null;
  }
}

/** Milliseconds since the file was written; 0 when it is gone. */
function ageOf(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function busy(path: string): ToolError {
  const holder = holderOf(path);
  return new ToolError('EMBEDDED_BUSY', 'another process is starting or stopping the embedded server', {
    detail: `lock file: ${path}, held by process ${holder?.pid ?? 'unknown'}`,
    hint: `Wait for process ${holder?.pid ?? ''} or end it, then run the command again.`,
  });
}
