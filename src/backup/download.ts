/**
 * A backup from the bucket into the folder: into `<id>.download.partial`, every byte compared with the manifest's hash, and
 * renamed when all of it is there. What a killed run left is gone on with, byte for byte.
 */
import { mkdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { syncFolder, writeDurably } from '../disk/durable.ts';
import { withFolderLock } from '../disk/folder-lock.ts';
import { listIds, recordVerification } from '../disk/store.ts';
import { headObject } from '../remote/objects.ts';
import { downloadFile } from '../remote/ranges.ts';
import { type BackupFile, backupSize, MANIFEST_FILE, SUMS_FILE } from './manifest.ts';
import { keyOf, type RemoteManifest, type RemoteStore, readRemoteManifest } from './remote-store.ts';

export interface DownloadInput {
  readonly store: RemoteStore;
  /** Absolute path of the folder of backups; made when it is missing. */
  readonly dir: string;
  /** A whole id. */
  readonly id: string;
  readonly runtime: Runtime;
}

export interface Downloaded {
  readonly id: string;
  readonly path: string;
  /** Bytes of the data files. */
  readonly size: number;
  /** True: it was in the folder already, and nothing was done. */
  readonly present: boolean;
}

/** Throws BACKUP_NOT_FOUND, BACKUP_DAMAGED, BACKUP_LOCKED, DOWNLOAD_FAILED, and what the object storage says. */
export async function downloadBackup(input: DownloadInput): Promise<Downloaded> {
  const { store, dir, id, runtime } = input;
  const manifest = await readRemoteManifest(store, id);
  const path = join(dir, id);
  if (manifest?.manifest && (await listIds(dir)).includes(id)) {
    return { id, path, size: backupSize(manifest.manifest), present: true };
  }
  const partial = join(dir, `${id}.download.partial`);
  const task = { id: `download-${id}`, title: `Download ${id}` };
  return await withTask(runtime, task, async () => {
    try {
      await mkdir(partial, { recursive: true, mode: 0o700 });
      const size = await withFolderLock({ dir: partial, command: 'strata backup download', runtime }, () =>
        fetchAll(input, manifest, partial),
      );
      await rename(partial, path);
      await syncFolder(dir);
      const hash = sha256(await readFile(join(path, MANIFEST_FILE)));
      await recordVerification(dir, { id, at: runtime.now().toISOString(), ok: true, manifest_sha256: hash });
      return { id, path, size, present: false };
    } catch (thrown) {
      throw explained(thrown, partial);
    }
  });
}

async function fetchAll(input: DownloadInput, found: RemoteManifest | null, partial: string): Promise<number> {
  const { id, runtime } = input;
  if (found === null) {
    throw new ToolError('BACKUP_NOT_FOUND', `no backup is called "${id}" in the bucket`, {
      hint: 'See what is there: strata backup list --remote',
    });
  }
  const { manifest, findings, text, sums } = found;
  const [fault] = findings;
  if (manifest === null || sums === null || fault) throw damaged(id, fault ? `${fault.subject}: ${fault.message}` : '');
  const total = backupSize(manifest);
  let done = 0;
  const onBytes = (bytes: number): void => {
    done = Math.min(total, done + bytes);
    runtime.emit({ kind: 'progress', task: `download-${id}`, done, total, unit: 'bytes' });
  };
  for (const file of manifest.files) await fetchFile(input, file, partial, onBytes);
  for (const [name, bytes] of [
    [SUMS_FILE, sums],
    [MANIFEST_FILE, text],
  ] as const) {
    await rm(join(partial, name), { force: true });
    await writeDurably(join(partial, name), bytes);
  }
  for (const folder of new Set(manifest.files.map((file) => dirname(join(partial, file.path)))))
    await syncFolder(folder);
  await syncFolder(partial);
  return total;
}

/** Twice at most: bytes that an earlier run left, or the line, may be what is wrong the first time. */
async function fetchFile(
  { store, id }: DownloadInput,
  file: BackupFile,
  partial: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const key = keyOf(store, id, file.path);
  const path = join(partial, file.path);
  const head = await headObject(store.remote, key);
  if (head === null) throw damaged(id, `${file.path} is missing in the bucket`);
  if (head.size !== file.size)
    throw damaged(id, `${file.path}: ${head.size} bytes in the bucket instead of ${file.size}`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  for (const attempt of [1, 2]) {
    const read = { key, size: head.size, etag: head.etag, ...(attempt === 1 ? { onBytes } : {}) };
    if ((await downloadFile(store.remote, read, path)) === file.sha256) return;
    await truncate(path, 0);
  }
  throw damaged(id, `${file.path}: its bytes in the bucket are not those that the manifest names`);
}

function damaged(id: string, detail: string): ToolError {
  return new ToolError('BACKUP_DAMAGED', `the copy of backup ${id} in the bucket is damaged`, {
    detail,
    hint: `See everything that is wrong with it: strata backup verify ${id} --remote`,
  });
}

function explained(thrown: unknown, partial: string): unknown {
  if (thrown instanceof ToolError || !(thrown instanceof Error) || !('code' in thrown)) return thrown;
  const full = thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT';
  return new ToolError('DOWNLOAD_FAILED', `the backup cannot be written: ${messageOf(thrown)}`, {
    detail: `folder: ${partial}`,
    hint: full
      ? 'Free some space there and run the same command again: it goes on where it was.'
      : 'Check the permissions of the folder, or choose another one with --dir.',
    cause: thrown,
  });
}
