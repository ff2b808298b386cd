/**
 * One file of WAL, and one base backup, from the bucket. Under another name first: a name is given when the SHA-256 is that of the
 * upload, and a segment has its zeros back and looks like itself.
 */
import { appendFile, link, mkdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { syncFolder } from '../disk/durable.ts';
import { commitPartial, makePartial, recordVerification } from '../disk/store.ts';
import { headObject } from '../remote/objects.ts';
import { inParallel } from '../remote/parallel.ts';
import { downloadFile } from '../remote/ranges.ts';
import { own, ownTree } from '../server/home.ts';
import { serverIdentity } from '../server/identity.ts';
import { type Archive, baseFolder, walFolder } from './archive.ts';
import { fileKey, type RemoteBase, type RemoteFile, type WalStore, walKey } from './remote-archive.ts';
import { cksum, quickFault } from './segment-check.ts';

/** Gives the bytes that came. Throws BACKUP_DAMAGED. */
export async function fetchWalFile(store: WalStore, archive: Archive, name: string): Promise<number> {
  const drafts = join(archive.dir, 'download');
  await mkdir(drafts, { recursive: true, mode: 0o700 });
  const [draft, final] = [join(drafts, name), join(walFolder(archive), name)];
  const key = walKey(store, archive.system_identifier, name);
  const head = await headObject(store.remote, key);
  const sha256 = head?.metadata.sha256;
  if (head === null || sha256 === undefined) throw damaged(name, head === null ? 'it is missing' : 'it has no SHA-256');
  await fetchFile(store, { key, size: head.size, etag: head.etag, sha256 }, draft);
  if (!/\.(history|backup)$/.test(name)) await truncate(draft, archive.wal_segment_size);
  const fault = await quickFault(archive, name, draft);
  if (fault !== null) throw damaged(name, fault);
  own(draft, serverIdentity([archive.dir]));
  await place(archive, name, draft, final);
  const sums = await cksum(walFolder(archive), [name]);
  await appendFile(join(walFolder(archive), 'CKSUMS'), `${sums.get(name)} ${name}\n`, { mode: 0o600 });
  return head.size;
}

/** Where a damaged file is, it makes way; one that the archiver brought meanwhile stays. */
async function place(archive: Archive, name: string, draft: string, final: string): Promise<void> {
  const there = await stat(final).catch(() => null);
  if (there !== null && (name.endsWith('.history') || (await quickFault(archive, name)) !== null)) {
    return await rename(draft, final);
  }
  await link(draft, final).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EEXIST') throw thrown;
  });
  await rm(draft);
}

/** Gives the bytes that came. Throws BACKUP_DAMAGED. Only for the holder of the folder's lock. */
export async function fetchBase(
  store: WalStore,
  archive: Archive,
  { manifest, files, folders }: RemoteBase,
): Promise<number> {
  const { id } = manifest;
  const { runtime, tuning } = store.remote;
  const folder = baseFolder(archive);
  // A damaged one of the same name makes way.
  await rm(join(folder, id), { recursive: true, force: true });
  const partial = await makePartial(folder, id);
  for (const path of folders) await mkdir(join(partial, path), { recursive: true, mode: 0o700 });
  let done = 0;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  await inParallel(files, tuning.parallel, async (file: RemoteFile) => {
    const path = join(partial, file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const key = fileKey(store, archive.system_identifier, id, file.path);
    await fetchFile(store, { ...file, key, etag: '' }, path);
    done += file.size;
    runtime.emit({ kind: 'progress', task: 'base-download', done, total, unit: 'bytes' });
  });
  for (const path of folders) await syncFolder(join(partial, path));
  ownTree(partial, serverIdentity([archive.dir]));
  await commitPartial(folder, id);
  await recordVerification(folder, { id, at: runtime.now().toISOString(), ok: true });
  return total;
}

interface Wanted {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** In hex. */
  readonly sha256: string;
}

/** Twice at most: bytes that an earlier run left, or the line, may be what is wrong the first time. */
async function fetchFile(store: WalStore, file: Wanted, path: string): Promise<void> {
  for (const attempt of [1, 2]) {
    if ((await downloadFile(store.remote, file, path)) === file.sha256) return;
    await truncate(path, 0);
    if (attempt === 2) throw damaged(file.key, 'its bytes are not those of its SHA-256');
  }
}

function damaged(what: string, why: string): ToolError {
  return new ToolError('BACKUP_DAMAGED', `${what} in the bucket is damaged: ${why}`, {
    detail: 'what was fetched before it is whole and stays',
    hint: 'See what else can be recovered from there: strata wal status --remote',
  });
}
