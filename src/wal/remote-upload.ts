/**
 * The archive into the bucket, as far as it is not there: WAL oldest first, then base backups, each with its description last.
 * Only what is known to be good goes there, and nothing there is ever replaced: a file of the same name with other bytes means that
 * two clusters write into one archive.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { hashFile } from '../disk/durable.ts';
import { asReader } from '../disk/reader.ts';
import { readObject, writeObject } from '../remote/objects.ts';
import { inParallel } from '../remote/parallel.ts';
import { uploadFile } from '../remote/upload.ts';
import { type Archive, baseFolder, kindOf, walFolder } from './archive.ts';
import { type Base, chainFault, listBases } from './base-manifest.ts';
import { verifyBase } from './base-verify.ts';
import {
  baseKey,
  fileKey,
  identityKey,
  type RemoteArchive,
  type RemoteBase,
  type RemoteFile,
  readRemoteArchive,
  type WalStore,
  walKey,
} from './remote-archive.ts';
import { changedFiles, quickFault, readSums } from './segment-check.ts';
import { withoutZeros } from './zeros.ts';

export interface WalUploadInput {
  readonly archive: Archive;
  readonly store: WalStore;
  /** True: what is there already is compared byte for byte (by checksum, else read back), not by its name. */
  readonly verify: boolean;
  readonly runtime: Runtime;
}

export interface WalUploaded {
  /** Files of WAL that were sent, and those that were there. */
  readonly sent: number;
  readonly kept: number;
  /** Bytes of files that were sent, base backups included. */
  readonly bytes: number;
  /** Ids of base backups that are new there. */
  readonly bases: readonly string[];
  readonly findings: readonly Finding[];
}

/** Throws REMOTE_CONFLICT when the bucket's archive is another, and what the object storage says. */
export async function uploadWal(input: WalUploadInput): Promise<WalUploaded> {
  const { archive, store } = input;
  await placeIdentity(archive, store);
  const there = await readRemoteArchive(store, archive);
  const wal = await sendWal(input, there);
  const bases = await sendBases(input, there);
  return {
    ...wal,
    bases: bases.ids,
    bytes: wal.bytes + bases.bytes,
    findings: [...wal.findings, ...bases.findings],
  };
}

async function placeIdentity(archive: Archive, store: WalStore): Promise<void> {
  const key = identityKey(store, archive.system_identifier);
  const { dir: _, ...identity } = archive;
  const text = Buffer.from(`${JSON.stringify(identity, null, 2)}\n`);
  const found = await readObject(store.remote, key);
  if (found === null) await writeObject(store.remote, key, text, { contentType: 'application/json', ifNew: true });
  const { wal_segment_size } = JSON.parse(String(found ?? text)) as { readonly wal_segment_size?: number };
  if (wal_segment_size === archive.wal_segment_size) return;
  throw conflict(key, 'the archive in the bucket has segments of another size');
}

type Part = Pick<WalUploaded, 'sent' | 'kept' | 'bytes' | 'findings'>;

async function sendWal(input: WalUploadInput, { objects }: RemoteArchive): Promise<Part> {
  const { archive, store, verify, runtime } = input;
  const names = (await readdir(walFolder(archive))).filter((name) => kindOf(name, archive) !== null).sort();
  const todo = names.filter((name) => verify || !objects.has(name));
  const sums = await readSums(archive);
  const findings: Finding[] = [];
  let [sent, bytes, done] = [0, 0, 0];
  const title = `Upload ${todo.length} files of WAL`;
  await withTask(runtime, { id: 'wal-upload', title }, () =>
    inParallel(todo, store.remote.tuning.parallel, async (name) => {
      const ended = await sendOne(input, name, sums);
      if (ended.fault !== null) findings.push(ended.fault);
      if (ended.sent !== null) [sent, bytes] = [sent + 1, bytes + ended.sent];
      done += 1;
      runtime.emit({ kind: 'progress', task: 'wal-upload', done, total: todo.length });
    }),
  );
  return { sent, kept: names.length - sent - findings.length, bytes, findings };
}

interface SentOne {
  /** Bytes; null: nothing was. */
  readonly sent: number | null;
  readonly fault: Finding | null;
}

async function sendOne(
  { archive, store }: WalUploadInput,
  name: string,
  sums: Awaited<ReturnType<typeof readSums>>,
): Promise<SentOne> {
  const path = join(walFolder(archive), name);
  try {
    const quick = await quickFault(archive, name);
    const [changed] = quick === null ? await changedFiles(archive, [name], sums) : [];
    const fault =
      quick ?? (changed === undefined ? null : 'its checksum is not that of the file that the server wrote');
    if (fault !== null) return { sent: null, fault: refused('segment-damaged', name, fault) };
    return await withoutZeros(path, async (trimmed) => {
      const { size, sha256 } = await hashFile(trimmed, store.remote.runtime.signal);
      const key = walKey(store, archive.system_identifier, name);
      const file = { key, path: trimmed, size, sha256, replaces: false, onBytes: () => undefined };
      const ended = await uploadFile(store.remote, file);
      if (ended.kind === 'stored') return { sent: ended.kept ? null : size, fault: null };
      const why =
        ended.kind === 'differs' ? 'the bucket has another file of this name' : 'it changed while it was read';
      return { sent: null, fault: refused('remote-differs', name, why) };
    });
  } catch (thrown) {
    // Pruned meanwhile: it is not needed any more.
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { sent: null, fault: null };
    throw thrown;
  }
}

function refused(kind: string, subject: string, why: string): Finding {
  const hint =
    kind === 'remote-differs'
      ? 'Nothing was replaced. Two clusters archive under one prefix, or one was recovered without a new timeline.'
      : 'It was not uploaded. Take a new base backup, from which recovery does not need it: strata wal base';
  return finding({ code: `wal/${kind}`, level: 'error', subject, message: `${why}: it was not uploaded`, hint });
}

async function sendBases(
  input: WalUploadInput,
  { bases: there }: RemoteArchive,
): Promise<{ readonly ids: readonly string[]; readonly bytes: number; readonly findings: readonly Finding[] }> {
  const { archive, runtime } = input;
  const good = new Set(there.filter((base) => base.fault === null).map((base) => base.id));
  const [ids, findings]: [string[], Finding[]] = [[], []];
  let bytes = 0;
  // Oldest first: what an incremental one builds on comes before it.
  for (const base of await listBases(archive)) {
    if (good.has(base.id)) continue;
    const bases = await listBases(archive);
    const fault = chainFault(base, bases) ?? (await verifyBase(archive, base, runtime));
    if (fault !== null) {
      findings.push(refused('base-damaged', base.id, fault));
      continue;
    }
    const title = `Upload base backup ${base.id}`;
    const size = await withTask(runtime, { id: 'base-upload', title }, () =>
      asReader(baseFolder(archive), base.id, runtime, () => sendBase(input, base)),
    );
    bytes += size;
    ids.push(base.id);
  }
  return { ids, bytes, findings };
}

async function sendBase({ archive, store, runtime }: WalUploadInput, base: Base): Promise<number> {
  const system = archive.system_identifier;
  const folder = join(baseFolder(archive), base.id);
  const { files: paths, folders } = await walk(folder);
  const files: RemoteFile[] = [];
  let done = 0;
  const total = base.manifest?.size ?? 0;
  await inParallel(paths, store.remote.tuning.parallel, async (path) => {
    const from = join(folder, path);
    const { size, sha256 } = await hashFile(from, runtime.signal);
    const key = fileKey(store, system, base.id, path);
    const ended = await uploadFile(store.remote, { key, path: from, size, sha256, onBytes: () => undefined });
    if (ended.kind !== 'stored') throw conflict(key, 'the file or the object was changed meanwhile');
    files.push({ path, size, sha256 });
    done += size;
    runtime.emit({ kind: 'progress', task: 'base-upload', done, total: Math.max(done, total), unit: 'bytes' });
  });
  const manifest = JSON.parse(await readFile(join(folder, 'base.json'), 'utf8')) as RemoteBase['manifest'];
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const description: RemoteBase = { strata_remote_base: 1, manifest, files, folders };
  const text = Buffer.from(`${JSON.stringify(description)}\n`);
  const key = baseKey(store, system, base.id);
  await writeObject(store.remote, key, text, { contentType: 'application/json' });
  if (!(await readObject(store.remote, key))?.equals(text))
    throw conflict(key, 'what was written is not what is there');
  return done;
}

/** Files and folders below, as paths with slashes. */
async function walk(
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  const [files, folders]: [string[], string[]] = [[], []];
  const into = async (path: string): Promise<void> => {
    for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        folders.push(below);
        await into(below);
      } else files.push(below);
    }
  };
  await into('');
  return { files, folders: folders.sort() };
}

function conflict(key: string, message: string): ToolError {
  return new ToolError('REMOTE_CONFLICT', message, {
    detail: `object: ${key}`,
    hint: 'Give every cluster a prefix of its own: backup.remote.prefix',
  });
}
