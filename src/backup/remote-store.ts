/**
 * Backups in a bucket. A backup is `<prefix>/<id>/…` as its folder is, and the manifest comes last there, too: no manifest, no
 * backup. Beside it lies `<prefix>/<id>.verified.json`: when its objects were last compared with the manifest, how that
 * ended, and which objects those were.
 */
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { isId } from '../disk/store.ts';
import type { Remote } from '../remote/model.ts';
import { listObjects, readObject, writeObject } from '../remote/objects.ts';
import { MANIFEST_FILE, SUMS_FILE } from './manifest.ts';
import { inspectManifest, type ManifestRead } from './manifest-read.ts';

export interface RemoteStore {
  readonly remote: Remote;
  /** What every key begins with: empty, or with a slash at its end. */
  readonly prefix: string;
}

const RECORD = '.verified.json';
export const HOLD = '.hold';

/** The id that an object belongs to, by its name behind the prefix; null: it is none of ours. */
export function ownerOf(name: string): string | null {
  return /^(\d{8}T\d{6}Z-[0-9a-f]{8})(?:\/.|\.verified\.json$|\.hold$)/.exec(name)?.[1] ?? null;
}

/** An object as it was when it was compared. */
export interface ProvedObject {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
}

/** The text of `<id>.verified.json`. */
export interface RemoteRecord {
  readonly strata_remote: 1;
  readonly id: string;
  /** ISO time. */
  readonly at: string;
  readonly ok: boolean;
  /** First fault, when there was one. */
  readonly fault?: string;
  /** `upload`: compared as they were written; `read`: read again whole. */
  readonly how: 'upload' | 'read';
  readonly objects: readonly ProvedObject[];
}

export function keyOf({ prefix }: RemoteStore, id: string, path: string): string {
  return `${prefix}${id}/${path}`;
}

export async function writeRecord(store: RemoteStore, record: RemoteRecord): Promise<void> {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  await writeObject(store.remote, `${store.prefix}${record.id}${RECORD}`, Buffer.from(text), {
    contentType: 'application/json',
  });
}

/** Null: it was never verified, or the record cannot be understood, which is the same. */
export async function readRecord({ remote, prefix }: RemoteStore, id: string): Promise<RemoteRecord | null> {
  const text = await readObject(remote, `${prefix}${id}${RECORD}`);
  try {
    const value = JSON.parse(String(text)) as Partial<RemoteRecord> | null;
    const known = value?.strata_remote === 1 && value.id === id && typeof value.ok === 'boolean';
    return known && typeof value.at === 'string' && Array.isArray(value.objects) ? (value as RemoteRecord) : null;
  } catch {
    return null;
  }
}

export interface RemoteManifest extends ManifestRead {
  readonly text: Buffer;
  readonly sums: Buffer | null;
}

/** Null: there is no manifest, so there is no backup. */
export async function readRemoteManifest(store: RemoteStore, id: string): Promise<RemoteManifest | null> {
  const text = await readObject(store.remote, keyOf(store, id, MANIFEST_FILE));
  if (text === null) return null;
  const sums = await readObject(store.remote, keyOf(store, id, SUMS_FILE));
  return { text, sums, ...(await inspectManifest(id, text.toString(), sums?.toString() ?? null)) };
}

/** Ids with a manifest in the list, oldest first, of those that begin so. */
export async function listRemoteIds(store: RemoteStore, beginning = ''): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { key } of listObjects(store.remote, store.prefix + beginning)) {
    const [id = '', ...path] = key.slice(store.prefix.length).split('/');
    if (isId(id) && path.join('/') === MANIFEST_FILE) ids.push(id);
  }
  return ids;
}

/** The id that `wanted` means, as `resolveId` for the folder. Throws BACKUP_NOT_FOUND. */
export async function resolveRemoteId(store: RemoteStore, wanted: string | undefined): Promise<string> {
  // A list may be behind: a whole id is looked for by itself.
  if (wanted !== undefined && isId(wanted)) {
    if ((await readObject(store.remote, keyOf(store, wanted, MANIFEST_FILE))) !== null) return wanted;
    throw notFound(store, `no backup is called "${wanted}"`);
  }
  const ids = await listRemoteIds(store, wanted);
  const [found, another] = wanted === undefined ? ids.slice(-1) : ids;
  if (found !== undefined && another === undefined) return found;
  if (wanted === undefined) throw notFound(store, 'there is no backup');
  throw notFound(store, `${found === undefined ? 'no' : 'more than one'} backup is called "${wanted}"`);
}

function notFound({ remote, prefix }: RemoteStore, message: string): ToolError {
  return new ToolError('BACKUP_NOT_FOUND', `${message} in the bucket`, {
    detail: `bucket: ${remote.bucket.name}, prefix: ${prefix || '(none)'}, endpoint: ${remote.bucket.endpoint}`,
    hint: 'See what is there: strata backup list --remote; bring one there: strata backup upload',
  });
}

/** A fault of one object of a backup. */
export function remoteFault(id: string, path: string, kind: string, message: string): Finding {
  return finding({
    code: `backup/${kind}`,
    level: 'error',
    subject: `remote ${id}/${path}`,
    message,
    hint: `Do not rely on this copy. Where the backup is still in the folder, mend it with: strata backup upload ${id}`,
  });
}
