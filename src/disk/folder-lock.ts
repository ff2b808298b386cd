/**
 * One process at a time in a folder of backups: two that write there would remove each other's unfinished work. The lock
 * file says who holds it: pid and the time that process started, because pids are used again.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { writeDurably } from './durable.ts';

const LOCK_FILE = '.lock';

/** A process that has something, as its files tell. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the kernel tells it (Linux); null where it does not. */
  readonly process_started: string | null;
  readonly at: string;
}

export interface FolderLock {
  /** Absolute path; made when it is missing. */
  readonly dir: string;
  /** The command, for who finds the folder locked: `strata wal base`. */
  readonly command: string;
  readonly runtime: Runtime;
}

/** Lends the folder. Throws BACKUP_LOCKED when a living process has it. */
export async function withFolderLock<T>({ dir, command, runtime }: FolderLock, work: () => Promise<T>): Promise<T> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, LOCK_FILE);
  const mine = JSON.stringify({ ...(await thisProcess(runtime)), command, nonce: randomBytes(8).toString('hex') });
  await acquire(path, mine);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

export async function thisProcess(runtime: Runtime): Promise<Holder> {
  const process_started = await processStart(process.pid);
  return { pid: process.pid, host: hostname(), process_started, at: runtime.now().toISOString() };
}

async function acquire(path: string, mine: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await create(path, mine)) return;
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) continue;
    const holder = parseHolder(text);
    if (holder !== null && (await isAlive(holder))) throw lockedBy(holder, path, commandOf(text));
    await breakStale(path, text);
  }
  throw new ToolError('BACKUP_LOCKED', 'the lock of the backup folder changes hands again and again', {
    detail: `file: ${path}`,
    hint: 'Look for a loop that starts backups; then try again.',
  });
}

/** Under a name of its own first, then linked: a lock file is never seen half written. */
async function create(path: string, mine: string): Promise<boolean> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeDurably(draft, mine);
  try {
    await link(draft, path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  } finally {
    await unlink(draft);
  }
}

/** Moves the stale file away; when another run was quicker and it is no longer that file, puts it back. */
async function breakStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.stale.${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8')) !== stale) await link(aside, path).catch(() => undefined);
  await unlink(aside);
}

/** Null: the text does not tell. */
export function parseHolder(text: string): Holder | null {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    return typeof value?.pid === 'number' && typeof value.host === 'string' ? (value as Holder) : null;
  } catch {
    return null;
  }
}

/** A process on another machine cannot be looked at: it counts as alive, and a person must decide. */
export async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.process_started === (await processStart(holder.pid));
}

/** Field 22 of /proc/<pid>/stat, counted after the program's name, which may hold spaces and parentheses. */
async function processStart(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function commandOf(text: string): string {
  const { command } = JSON.parse(text) as { readonly command?: unknown };
  return typeof command === 'string' ? command : 'another run';
}

function lockedBy(holder: Holder, path: string, command: string): ToolError {
  const here = holder.host === hostname();
  return new ToolError('BACKUP_LOCKED', `${command} is at work in this folder`, {
    detail: `process ${holder.pid} on ${holder.host}, since ${holder.at}; folder: ${dirname(path)}`,
    hint: here
      ? 'Wait until it is done, then run the same command again.'
      : `If it does not run on ${holder.host} any more, remove the lock: rm '${path}'`,
  });
}
