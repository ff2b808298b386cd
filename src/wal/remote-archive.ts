/**
 * An archive in a bucket: `<prefix>wal/archives/<system identifier>.json` says that there is one, `<prefix>wal/<system
 * identifier>/` holds it: `wal/` the WAL under PostgreSQL's names, `base/<id>/` the files of base backups, and
 * `bases/<id>.json` what makes such files a base backup: written last, it names each of them with its SHA-256.
 *
 * A segment lies there without the zeros at its end, which for one that archive_timeout ended is nearly all of it. Without this
 * tool: `truncate -s 16M` puts them back.
 */
import { ToolError } from '../base/errors.ts';
import type { ObjectEntry, Remote } from '../remote/model.ts';
import { headObject, listObjects, readObject } from '../remote/objects.ts';
import { type Contents, type Identity, kindOf, parseIdentity, sortFiles, type WalFile } from './archive.ts';
import { type Base, type BaseManifest, baseOf, inOrder, parseBase } from './base-manifest.ts';

export interface WalStore {
  readonly remote: Remote;
  /** What every key begins with, as for backups: empty, or with a slash at its end. */
  readonly prefix: string;
}

export interface RemoteFile {
  /** Below the folder of the base backup. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** `bases/<id>.json`. */
export interface RemoteBase {
  readonly strata_remote_base: 1;
  readonly manifest: BaseManifest;
  readonly files: readonly RemoteFile[];
  /** Every folder: a data directory has empty ones that a server insists on. */
  readonly folders: readonly string[];
}

export interface RemoteArchive {
  readonly identity: Identity;
  readonly contents: Contents;
  /** Objects of `wal/` by the name of the file. */
  readonly objects: ReadonlyMap<string, ObjectEntry>;
  readonly bases: readonly Base[];
  readonly descriptions: ReadonlyMap<string, RemoteBase>;
}

export const identityKey = ({ prefix }: WalStore, system: string): string => `${prefix}wal/archives/${system}.json`;
export const walKey = (store: WalStore, system: string, name: string): string => `${under(store, system)}wal/${name}`;
export const baseKey = (store: WalStore, system: string, id: string): string =>
  `${under(store, system)}bases/${id}.json`;
export const fileKey = (store: WalStore, system: string, id: string, path: string): string =>
  `${under(store, system)}base/${id}/${path}`;

function under({ prefix }: WalStore, system: string): string {
  return `${prefix}wal/${system}/`;
}

/** The archive of that cluster; without `system`, the only one. Throws WAL_ARCHIVE. */
export async function findRemoteIdentity(store: WalStore, system: string | null): Promise<Identity> {
  const found: string[] = [];
  if (system !== null) found.push(system);
  else
    for await (const { key } of listObjects(store.remote, identityKey(store, '').slice(0, -'.json'.length))) {
      const [, name] = /\/(\d+)\.json$/.exec(key) ?? [];
      if (name !== undefined) found.push(name);
    }
  const [only, another] = found;
  if (another !== undefined) {
    throw new ToolError('WAL_ARCHIVE', 'the bucket has archives of more than one cluster', {
      detail: `system identifiers: ${found.join(', ')}`,
      hint: `Choose one, as pg_controldata tells it: --system ${only}`,
    });
  }
  const text = only === undefined ? null : await readObject(store.remote, identityKey(store, only));
  const identity = text === null ? null : parseIdentity(text.toString());
  if (identity !== null) return identity;
  throw new ToolError('WAL_ARCHIVE', 'there is no WAL archive in the bucket', {
    detail: `bucket: ${store.remote.bucket.name}, prefix: ${store.prefix}wal/${system === null ? '' : `, cluster ${system}`}`,
    hint: 'Bring it there with: strata wal upload',
  });
}

/** What is there by names and sizes. A list may be behind: what a base backup misses by it is looked for by itself. */
export async function readRemoteArchive(store: WalStore, identity: Identity): Promise<RemoteArchive> {
  const system = identity.system_identifier;
  const objects = new Map<string, ObjectEntry>();
  const files: WalFile[] = [];
  for await (const entry of listObjects(store.remote, walKey(store, system, ''))) {
    const name = entry.key.slice(entry.key.lastIndexOf('/') + 1);
    if (kindOf(name, identity) === null) continue;
    objects.set(name, entry);
    files.push({ name, size: entry.size, stored: entry.size, at: entry.lastModified.getTime() });
  }
  const read = async (name: string): Promise<string> =>
    String((await readObject(store.remote, walKey(store, system, name))) ?? '');
  const contents = await sortFiles(identity, files, read);
  return { identity, contents, objects, ...(await readBases(store, identity)) };
}

async function readBases(store: WalStore, identity: Identity): Promise<Pick<RemoteArchive, 'bases' | 'descriptions'>> {
  const bases: Base[] = [];
  const descriptions = new Map<string, RemoteBase>();
  const system = identity.system_identifier;
  for await (const { key } of listObjects(store.remote, baseKey(store, system, '').slice(0, -'.json'.length))) {
    const id = key.slice(key.lastIndexOf('/') + 1, -'.json'.length);
    const description = parseDescription(await readObject(store.remote, key), id, identity);
    if (description !== null) descriptions.set(id, description);
    const fault = description === null ? `bases/${id}.json is damaged` : await missingFile(store, system, description);
    bases.push(baseOf(id, description?.manifest ?? null, fault));
  }
  return { bases: inOrder(bases), descriptions };
}

function parseDescription(text: Buffer | null, id: string, identity: Identity): RemoteBase | null {
  try {
    const value = JSON.parse(String(text)) as Partial<RemoteBase> | null;
    const manifest = parseBase(value?.manifest, id, identity);
    const lists = [value?.files, value?.folders].every(Array.isArray);
    return value?.strata_remote_base === 1 && manifest !== null && lists ? (value as RemoteBase) : null;
  } catch {
    return null;
  }
}

/** Null: every file is there, with its size. */
async function missingFile(store: WalStore, system: string, { manifest, files }: RemoteBase): Promise<string | null> {
  const sizes = new Map<string, number>();
  const beginning = fileKey(store, system, manifest.id, '');
  for await (const { key, size } of listObjects(store.remote, beginning)) sizes.set(key.slice(beginning.length), size);
  for (const { path, size } of files) {
    if (sizes.get(path) === size) continue;
    const found = (await headObject(store.remote, beginning + path))?.size ?? null;
    if (found === null) return `${path} is missing in the bucket`;
    if (found !== size) return `${path} has ${found} bytes in the bucket instead of ${size}`;
  }
  return null;
}
