/**
 * From the bucket into the archive: what is missing there, or only what a recovery to a moment needs. Each object is compared with
 * its SHA-256, each segment gets its zeros back and is looked at, and only then it has its name. What an interrupted run left is
 * gone on with.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { syncFolder } from '../disk/durable.ts';
import { withFolderLock } from '../disk/folder-lock.ts';
import { inParallel } from '../remote/parallel.ts';
import { ownTree } from '../server/home.ts';
import { serverIdentity } from '../server/identity.ts';
import {
  type Archive,
  baseFolder,
  draftFolder,
  findArchive,
  type Identity,
  kindOf,
  readContents,
  walFolder,
  writeIdentity,
} from './archive.ts';
import { type Base, chainFault, chainOf, listBases } from './base-manifest.ts';
import { min } from './inspect.ts';
import { segmentOf } from './lsn.ts';
import { findRemoteIdentity, type RemoteArchive, readRemoteArchive, type WalStore } from './remote-archive.ts';
import { fetchBase, fetchWalFile } from './remote-fetch.ts';
import { quickFault } from './segment-check.ts';
import type { RecoveryTarget } from './target.ts';

export interface WalDownloadInput {
  /** Absolute path of the archive; made when it is missing. */
  readonly dir: string;
  readonly store: WalStore;
  /** Null: the archive's own, else the only one in the bucket. */
  readonly system: string | null;
  /** The newest base backup that leads there with all WAL behind it; null: everything. */
  readonly target: RecoveryTarget | 'newest' | null;
  readonly runtime: Runtime;
}

export interface WalDownloaded {
  readonly archive: Archive;
  /** Files of WAL that were fetched, and those that were here. */
  readonly fetched: number;
  readonly present: number;
  /** Bytes that came. */
  readonly bytes: number;
  readonly bases: readonly string[];
}

/** Throws WAL_ARCHIVE, BACKUP_DAMAGED, DOWNLOAD_FAILED, BACKUP_LOCKED, and what the object storage says. */
export async function downloadWal(input: WalDownloadInput): Promise<WalDownloaded> {
  const { dir, store, runtime } = input;
  try {
    const found = await findArchive(dir);
    const identity = await findRemoteIdentity(store, input.system ?? found?.system_identifier ?? null);
    const archive = found ?? (await makeArchive(dir, identity));
    if (archive.system_identifier !== identity.system_identifier) throw otherCluster(archive, identity);
    const remote = await readRemoteArchive(store, identity);
    const chosen = choose(remote, input.target);
    const folder = baseFolder(archive);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = { dir: folder, command: 'strata wal download', runtime };
    const bases = await withFolderLock(lock, () => fetchBases(input, archive, remote, chosen.bases));
    const wal = await fetchWal(input, archive, remote, chosen.from);
    return { archive, ...wal, bytes: wal.bytes + bases.bytes, bases: bases.ids };
  } catch (thrown) {
    throw explained(thrown, dir);
  }
}

async function makeArchive(dir: string, identity: Identity): Promise<Archive> {
  for (const folder of [dir, walFolder({ dir }), draftFolder({ dir })]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await writeIdentity(dir, identity);
  // A server that recovers must be able to read it, and it never runs as root.
  ownTree(dir, serverIdentity([dir]));
  return { ...identity, dir };
}

interface Choice {
  readonly bases: readonly Base[];
  /** Number of the first segment; null: all. */
  readonly from: bigint | null;
}

/** A restore point may lie anywhere: for its name, everything comes. */
function choose({ bases, identity }: RemoteArchive, target: WalDownloadInput['target']): Choice {
  if (target === null || (target !== 'newest' && target.kind === 'name')) return { bases, from: null };
  const reached = (base: Base): boolean => {
    if (target === 'newest') return true;
    return target.kind === 'lsn' ? base.stop <= target.lsn : BigInt(base.stoppedAt) * 1000n <= target.at;
  };
  const base = bases.findLast((one) => chainFault(one, bases) === null && reached(one));
  if (base === undefined) return { bases, from: null };
  const chain = chainOf(base, bases) ?? [base];
  return { bases: chain, from: segmentOf(chain.map((one) => one.start).reduce(min), identity.wal_segment_size) };
}

async function fetchWal(
  { store, runtime }: WalDownloadInput,
  archive: Archive,
  { contents, objects }: RemoteArchive,
  from: bigint | null,
): Promise<Pick<WalDownloaded, 'fetched' | 'present' | 'bytes'>> {
  const whole = await wholeHere(archive);
  const older = new Set(
    contents.segments.flatMap(({ name, number }) => (from !== null && number < from ? [name] : [])),
  );
  const todo = [...objects.keys()].filter((name) => !whole.has(name) && !older.has(name)).sort();
  let [done, bytes] = [0, 0];
  const title = `Download ${todo.length} files of WAL`;
  await withTask(runtime, { id: 'wal-download', title }, () =>
    inParallel(todo, store.remote.tuning.parallel, async (name) => {
      bytes += await fetchWalFile(store, archive, name);
      done += 1;
      runtime.emit({ kind: 'progress', task: 'wal-download', done, total: todo.length });
    }),
  );
  await syncFolder(walFolder(archive));
  return { fetched: todo.length, present: whole.size, bytes };
}

/** Names of WAL that is here and nothing is visibly wrong with; what is damaged is fetched anew. */
async function wholeHere(archive: Archive): Promise<ReadonlySet<string>> {
  const { brokenHistories } = await readContents(archive);
  const whole = new Set<string>();
  for (const name of await readdir(walFolder(archive))) {
    if (kindOf(name, archive) === null || brokenHistories.includes(name)) continue;
    if ((await quickFault(archive, name).catch(messageOf)) === null) whole.add(name);
  }
  return whole;
}

interface FetchedBases {
  readonly ids: readonly string[];
  readonly bytes: number;
}

async function fetchBases(
  input: WalDownloadInput,
  archive: Archive,
  { descriptions }: RemoteArchive,
  wanted: readonly Base[],
): Promise<FetchedBases> {
  const { store, runtime } = input;
  const here = new Set((await listBases(archive)).filter(({ fault }) => fault === null).map(({ id }) => id));
  const ids: string[] = [];
  let bytes = 0;
  for (const { id, fault } of wanted) {
    const description = descriptions.get(id);
    if (here.has(id) || description === undefined || fault !== null) continue;
    const title = `Download base backup ${id}`;
    bytes += await withTask(runtime, { id: 'base-download', title }, () => fetchBase(store, archive, description));
    ids.push(id);
  }
  return { ids, bytes };
}

function otherCluster(archive: Archive, identity: Identity): ToolError {
  return new ToolError('WAL_ARCHIVE', 'the archive here is that of another cluster', {
    detail: `archive ${archive.dir}: system identifier ${archive.system_identifier}; bucket: ${identity.system_identifier}`,
    hint: 'Choose an empty folder with --wal-dir.',
  });
}

function explained(thrown: unknown, dir: string): unknown {
  if (thrown instanceof ToolError || !(thrown instanceof Error) || !('code' in thrown)) return thrown;
  const full = thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT';
  return new ToolError('DOWNLOAD_FAILED', `the archive cannot be written: ${messageOf(thrown)}`, {
    detail: `folder: ${dir}`,
    hint: full
      ? 'Free some space there and run the same command again: it goes on where it was.'
      : 'Check the permissions of the folder, or choose another one with --wal-dir.',
    cause: thrown,
  });
}
