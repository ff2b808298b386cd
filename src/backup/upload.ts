/**
 * A backup into the bucket. Data first, SHA256SUMS, and the manifest last, so that an upload that is killed leaves no backup
 * there, only objects that the next run goes on with. Each object is compared with the manifest's hash as it lies there.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { asReader } from '../disk/reader.ts';
import { headObject, readObject, writeObject } from '../remote/objects.ts';
import { inParallel } from '../remote/parallel.ts';
import { abortUpload, listUploads } from '../remote/parts.ts';
import { type FileUpload, type Uploaded, uploadFile } from '../remote/upload.ts';
import { backupSize, MANIFEST_FILE, type ManifestHead, SUMS_FILE } from './manifest.ts';
import { readManifest } from './manifest-read.ts';
import { keyOf, type ProvedObject, type RemoteStore, readRecord, writeRecord } from './remote-store.ts';

export interface UploadInput {
  readonly store: RemoteStore;
  /** Absolute path of the folder of backups. */
  readonly dir: string;
  /** A whole id. */
  readonly id: string;
  readonly runtime: Runtime;
}

export interface BackupUpload {
  readonly id: string;
  /** Bytes of the data files. */
  readonly size: number;
  /** Files that were sent; the others lay there already, with the same bytes. */
  readonly sent: number;
  readonly kept: number;
  /** How the objects were compared with ours: `read back` where the endpoint keeps no checksums. */
  readonly proof: 'checksum' | 'read back';
  /** Whether the endpoint keeps to If-None-Match; null: nothing was written that could tell. */
  readonly conditions: 'honoured' | 'ignored' | null;
}

/** Throws BACKUP_DAMAGED when the backup in the folder is not whole, REMOTE_CONFLICT when another one has its place. */
export async function uploadBackup(input: UploadInput): Promise<BackupUpload> {
  const { dir, id, runtime } = input;
  const task = { id: `upload-${id}`, title: `Upload ${id}` };
  const work = (): Promise<BackupUpload> => asReader(dir, id, runtime, () => upload(input, task.id));
  return await withTask(runtime, task, work, ({ sent, kept }) => `${sent} files sent, ${kept} there already`);
}

async function upload(input: UploadInput, task: string): Promise<BackupUpload> {
  const { store, dir, id, runtime } = input;
  const { manifest, findings } = await readManifest(dir, id);
  const [fault] = findings;
  if (manifest === null || fault) throw damaged(id, fault ? `${fault.subject}: ${fault.message}` : '');
  const text = await readFile(join(dir, id, MANIFEST_FILE));
  const there = await readObject(store.remote, keyOf(store, id, MANIFEST_FILE));
  if (there && !there.equals(text)) throw conflict(store, id, MANIFEST_FILE);
  const total = backupSize(manifest);
  let done = 0;
  const onBytes = (bytes: number): void => {
    done = Math.min(total, done + bytes);
    runtime.emit({ kind: 'progress', task, done, total, unit: 'bytes' });
  };
  const suspect = (await readRecord(store, id))?.ok === false;
  const proved = await sendFiles(input, manifest, { onBytes, suspect });
  const conditions = there ? null : await placeManifest(store, id, text);
  const head = await headObject(store.remote, keyOf(store, id, MANIFEST_FILE));
  const objects = [...proved, { path: MANIFEST_FILE, size: text.length, etag: head?.etag ?? '' }];
  await writeRecord(store, {
    ...{ strata_remote: 1, id, at: runtime.now().toISOString(), ok: true, how: 'upload' },
    objects: objects.map(({ path, size, etag }) => ({ path, size, etag })),
  });
  // All is there: what was begun for this backup and given up would only cost money.
  for (const left of await listUploads(store.remote, keyOf(store, id, ''))) await abortUpload(store.remote, left);
  const kept = proved.filter((one) => one.kept).length;
  const proof = proved.every((one) => one.proof === 'checksum') ? 'checksum' : 'read back';
  return { id, size: total, sent: proved.length - kept, kept, proof, conditions };
}

type Stored = Extract<Uploaded, { readonly kind: 'stored' }>;

/** Large files one after the other, each in parts side by side; small ones side by side. */
async function sendFiles(
  { store, dir, id }: UploadInput,
  manifest: ManifestHead,
  how: Pick<FileUpload, 'onBytes' | 'suspect'>,
): Promise<(ProvedObject & Stored)[]> {
  const { parallel, partSize } = store.remote.tuning;
  const proved: (ProvedObject & Stored)[] = [];
  const send = async (file: {
    readonly path: string;
    readonly size: number;
    readonly sha256: string;
  }): Promise<void> => {
    const { path, size } = file;
    const place = { key: keyOf(store, id, path), path: join(dir, id, path) };
    const uploaded = await uploadFile(store.remote, { ...file, ...place, ...how });
    if (uploaded.kind === 'source-changed') throw damaged(id, `${path} is not what the manifest says`);
    if (uploaded.kind === 'differs') throw conflict(store, id, path);
    proved.push({ path, size, ...uploaded });
  };
  for (const file of manifest.files.filter(({ size }) => size > partSize)) await send(file);
  await inParallel(
    manifest.files.filter(({ size }) => size <= partSize),
    parallel,
    send,
  );
  const sums = await readFile(join(dir, id, SUMS_FILE));
  await send({ path: SUMS_FILE, size: sums.length, sha256: sha256(sums) });
  return proved;
}

/**
 * The moment at which it becomes a backup. Written a second time on the same condition: an endpoint that writes again does not
 * keep to it (the bytes are the same, so nothing is lost), and then reading back is all that tells whose manifest it is.
 */
async function placeManifest(store: RemoteStore, id: string, text: Buffer): Promise<'honoured' | 'ignored' | null> {
  const key = keyOf(store, id, MANIFEST_FILE);
  const options = { contentType: 'application/json', ifNew: true };
  const first = await writeObject(store.remote, key, text, options);
  const found = await readObject(store.remote, key);
  if (!found?.equals(text)) throw conflict(store, id, MANIFEST_FILE);
  if (first === 'exists') return null;
  return (await writeObject(store.remote, key, text, options)) === 'exists' ? 'honoured' : 'ignored';
}

function damaged(id: string, detail: string): ToolError {
  return new ToolError('BACKUP_DAMAGED', `backup ${id} is damaged and was not uploaded`, {
    detail,
    hint: `See everything that is wrong with it: strata backup verify ${id}`,
  });
}

function conflict({ remote }: RemoteStore, id: string, path: string): ToolError {
  return new ToolError('REMOTE_CONFLICT', `${id}/${path} in the bucket has other bytes than the backup here`, {
    detail: `bucket ${remote.bucket.name}: something else writes under the same prefix, or the endpoint changed what was sent`,
    hint: 'Nothing that is a backup was overwritten. Give every project a prefix of its own: backup.remote.prefix',
  });
}
