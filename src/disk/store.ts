/**
 * The folder of backups. A backup is a folder `<id>` with a manifest in it; while it is written its name ends in
 * `.partial`, and the rename of the finished, fsynced folder is the moment at which it becomes a backup. So a crash at
 * any time leaves either nothing, or a `.partial` folder that never was listed and that the next run removes.
 *
 * `journal.jsonl` records when each backup was verified and how that ended. It lies outside the backups, so that
 * nothing ever writes into a finished one.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { byCode } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import { syncFolder } from './durable.ts';

const ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
const PARTIAL = '.partial';
const JOURNAL = 'journal.jsonl';

/** One line of journal.jsonl. */
export interface Verification {
  readonly id: string;
  /** ISO time. */
  readonly at: string;
  readonly ok: boolean;
  /** First fault, when there was one. */
  readonly fault?: string;
  /** Hash of the backup's manifest when it was first seen: one with another is not the backup that was verified. */
  readonly manifest_sha256?: string;
}

/** `20261122T034500Z-1a2b3c4d`: three digits for the millisecond, so that it sorts by time, five to be unique without asking anyone. */
export function newId(now: Date, random: (bytes: number) => Uint8Array = randomBytes): string {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const millisecond = now.getUTCMilliseconds().toString(16).padStart(3, '0');
  return `${stamp}-${millisecond}${Buffer.from(random(3)).toString('hex').slice(1)}`;
}

export function isId(name: string): boolean {
  return ID.test(name);
}

/** The start of a backup, in milliseconds: for those whose manifest cannot be read. */
export function timeOfId(id: string): number {
  return Date.parse(id.slice(0, 16).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
}

/** Ids of the finished backups, oldest first. A folder that does not exist holds none. */
export async function listIds(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw new ToolError('BACKUP_DIR_UNREADABLE', `cannot read the backup folder: ${thrown.message}`, {
      detail: `folder: ${dir}`,
      hint: 'Check its path (backup.dir in the configuration, STRATA_BACKUP_DIR) and its permissions.',
      cause: thrown,
    });
  });
  return entries
    .filter((entry) => entry.isDirectory() && ID.test(entry.name))
    .map((entry) => entry.name)
    .sort(byCode);
}

/**
 * The id that `wanted` means: a whole id or its unique beginning; without it, the newest backup.
 * Throws BACKUP_NOT_FOUND.
 */
export async function resolveId(dir: string, wanted: string | undefined): Promise<string> {
  const ids = await listIds(dir);
  const newest = ids.at(-1);
  if (wanted === undefined) {
    if (newest !== undefined) return newest;
    throw new ToolError('BACKUP_NOT_FOUND', 'there is no backup', {
      detail: `folder: ${dir}`,
      hint: 'Take one with: strata backup create',
    });
  }
  const [found, another] = ids.filter((id) => id.startsWith(wanted));
  if (found !== undefined && another === undefined) return found;
  throw new ToolError(
    'BACKUP_NOT_FOUND',
    `${found === undefined ? 'no' : 'more than one'} backup is called "${wanted}"`,
    {
      detail: `folder: ${dir}`,
      hint: newest === undefined ? 'Take one with: strata backup create' : 'List them with: strata backup list',
    },
  );
}

/** Makes `<id>.partial`, readable by its owner only: a backup holds everything the database does. */
export async function makePartial(dir: string, id: string): Promise<string> {
  const path = join(dir, id + PARTIAL);
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Turns the finished `<id>.partial` into the backup `<id>`. The manifest must be in it. */
export async function commitPartial(dir: string, id: string): Promise<string> {
  const partial = join(dir, id + PARTIAL);
  const path = join(dir, id);
  await syncFolder(partial);
  await rename(partial, path);
  await syncFolder(dir);
  return path;
}

/** Removes what killed runs left. Only for the holder of the folder's lock. */
export async function removeLeftovers(dir: string): Promise<readonly string[]> {
  const names = (await readdir(dir)).filter(
    (name) => name.endsWith(PARTIAL) && ID.test(name.slice(0, -PARTIAL.length)),
  );
  for (const name of names) await removePartial(dir, name.slice(0, -PARTIAL.length));
  return names;
}

/** A finished backup goes: by one rename it is none any more, and then its files. */
export async function removeBackup(dir: string, id: string): Promise<void> {
  await rename(join(dir, id), join(dir, id + PARTIAL));
  await syncFolder(dir);
  await removePartial(dir, id);
}

export async function removePartial(dir: string, id: string): Promise<void> {
  // A pg_dump or pg_basebackup that outlived its killed run may still be writing there, until it misses a folder.
  await rm(join(dir, id + PARTIAL), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** On the disk when it returns, and on a line of its own: behind half a line that a crash left, it would be lost with it. */
export async function recordVerification(dir: string, verification: Verification): Promise<void> {
  const file = await open(join(dir, JOURNAL), 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const { buffer } = size === 0 ? { buffer: LINE_END } : await file.read(Buffer.alloc(1), 0, 1, size - 1);
    const before = buffer.equals(LINE_END) ? '' : '\n';
    await file.appendFile(`${before}${JSON.stringify(verification)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

const LINE_END = Buffer.from('\n');

/** The newest verification of each backup. A line that a crash cut short is passed over. */
export async function readVerifications(dir: string): Promise<ReadonlyMap<string, Verification>> {
  const text = await readFile(join(dir, JOURNAL), 'utf8').catch(() => '');
  const found = new Map<string, Verification>();
  for (const line of text.split('\n')) {
    const entry = parseLine(line);
    if (entry) found.set(entry.id, entry);
  }
  return found;
}

function parseLine(line: string): Verification | null {
  try {
    const value = JSON.parse(line) as Partial<Verification> | null;
    if (typeof value?.id !== 'string' || typeof value.at !== 'string' || typeof value.ok !== 'boolean') return null;
    return value as Verification;
  } catch {
    return null;
  }
}
