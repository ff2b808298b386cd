/**
 * The folder of an archive: `archive.json` says which cluster's it is, `wal/` holds its WAL under PostgreSQL's own
 * names and as it was written, `base/` the base backups, `draft/` what the archiver is writing. So whoever has lost this
 * tool restores with `cp` alone.
 */
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { syncFolder, writeDurably } from '../disk/durable.ts';
import { parseSegment, type SegmentName } from './lsn.ts';
import { type Leg, parseHistory } from './timelines.ts';

/** `archive.json`. The archiver reads the two keys that it needs line by line. */
export interface Identity {
  readonly strata_wal: 1;
  /** pg_control_system(): no two clusters have the same. */
  readonly system_identifier: string;
  /** Bytes. */
  readonly wal_segment_size: number;
  readonly created_at: string;
}

export interface Archive extends Identity {
  /** Absolute path. */
  readonly dir: string;
}

/** A segment as it lies in the archive. */
export interface StoredSegment extends SegmentName {
  readonly name: string;
  readonly size: number;
  /** Bytes on the disk: fewer where zeros are holes. */
  readonly stored: number;
  /** When it was archived, in milliseconds. */
  readonly at: number;
}

export interface Contents {
  /** By position, then by timeline. */
  readonly segments: readonly StoredSegment[];
  readonly histories: ReadonlyMap<number, readonly Leg[]>;
  /** History files that cannot be understood. */
  readonly brokenHistories: readonly string[];
  /** Names of `.backup` and `.partial` files. */
  readonly others: readonly string[];
}

export const walFolder = ({ dir }: { readonly dir: string }): string => join(dir, 'wal');
export const draftFolder = ({ dir }: { readonly dir: string }): string => join(dir, 'draft');
export const baseFolder = ({ dir }: { readonly dir: string }): string => join(dir, 'base');

/** Throws WAL_ARCHIVE when there is none, or one that cannot be understood. */
export async function openArchive(dir: string): Promise<Archive> {
  const found = await findArchive(dir);
  if (found !== null) return found;
  throw new ToolError('WAL_ARCHIVE', `there is no WAL archive in ${dir}`, {
    hint: 'Make one with: strata wal enable --apply. If it is elsewhere, name it with --wal-dir or backup.wal.dir.',
  });
}

/** Null: none is there. */
export async function findArchive(dir: string): Promise<Archive | null> {
  const path = join(dir, 'archive.json');
  const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return null;
    throw unusable(path, messageOf(thrown));
  });
  if (text === null) return null;
  const identity = parseIdentity(text);
  if (identity === null) throw unusable(path, 'it is damaged, or of a newer version of strata');
  return { ...identity, dir };
}

function unusable(path: string, why: string): ToolError {
  return new ToolError('WAL_ARCHIVE', `the WAL archive cannot be used: ${why}`, {
    detail: `file: ${path}`,
    hint: 'Run the command as the user that the server runs as, or as root.',
  });
}

/** Null: it is no `archive.json`. */
export function parseIdentity(text: string): Identity | null {
  try {
    const value = JSON.parse(text) as Partial<Identity> | null;
    const whole = /^\d+$/.test(value?.system_identifier ?? '') && Number.isInteger(value?.wal_segment_size);
    return value?.strata_wal === 1 && whole ? (value as Identity) : null;
  } catch {
    return null;
  }
}

/** Last of all when an archive is made: without it nothing is archived. */
export async function writeIdentity(dir: string, identity: Identity): Promise<void> {
  const path = join(dir, 'archive.json');
  await rm(`${path}.partial`, { force: true });
  await writeDurably(`${path}.partial`, `${JSON.stringify(identity, null, 2)}\n`);
  await rename(`${path}.partial`, path);
  await syncFolder(dir);
}

/** What lies in `wal/`: names and sizes, no contents but those of history files. */
export async function readContents(archive: Archive): Promise<Contents> {
  const folder = walFolder(archive);
  const files: WalFile[] = [];
  for (const name of await readdir(folder)) {
    if (kindOf(name, archive) === null) continue;
    const { size, blocks, mtimeMs } = await stat(join(folder, name));
    files.push({ name, size, stored: blocks * 512, at: mtimeMs });
  }
  return await sortFiles(archive, files, (name) => readFile(join(folder, name), 'utf8'));
}

/** A file as it lies in a folder or in a bucket. */
export interface WalFile {
  readonly name: string;
  readonly size: number;
  readonly stored: number;
  readonly at: number;
}

/** What kind of WAL file has such a name; null: none. */
export function kindOf(name: string, { wal_segment_size }: Identity): 'segment' | 'history' | 'other' | null {
  if (parseSegment(name, wal_segment_size) !== null) return 'segment';
  if (/^[0-9A-F]{8}\.history$/.test(name)) return 'history';
  return /^[0-9A-F]{24}(\.[0-9A-F]{8}\.backup|\.partial)$/.test(name) ? 'other' : null;
}

export async function sortFiles(
  identity: Identity,
  files: readonly WalFile[],
  read: (name: string) => Promise<string>,
): Promise<Contents> {
  const segments: StoredSegment[] = [];
  const histories = new Map<number, readonly Leg[]>();
  const [brokenHistories, others]: [string[], string[]] = [[], []];
  for (const file of files) {
    const { name } = file;
    const segment = parseSegment(name, identity.wal_segment_size);
    const kind = kindOf(name, identity);
    if (segment !== null) segments.push({ ...segment, ...file });
    else if (kind === 'other') others.push(name);
    else if (kind === 'history') {
      const legs = parseHistory(await read(name));
      if (legs === null) brokenHistories.push(name);
      else histories.set(Number.parseInt(name, 16), legs);
    }
  }
  segments.sort((a, b) => Number(a.number - b.number) || a.timeline - b.timeline);
  return { segments, histories, brokenHistories, others };
}
