/**
 * The backups in the bucket, by a quick look: the list, manifests, and the record of each one's last verification. A list may
 * be behind the objects (some endpoints give one that is seconds old), so what it says is missing or changed is looked at
 * itself before it counts, and what it shows that is gone is left out.
 */
import type { Finding } from '../base/finding.ts';
import type { ObjectEntry } from '../remote/model.ts';
import { headObject, listObjects, readObject } from '../remote/objects.ts';
import { inParallel } from '../remote/parallel.ts';
import { holdReason } from './hold.ts';
import { backupSize, MANIFEST_FILE, type ManifestHead, SUMS_FILE } from './manifest.ts';
import {
  HOLD,
  keyOf,
  ownerOf,
  type ProvedObject,
  type RemoteRecord,
  type RemoteStore,
  readRecord,
  readRemoteManifest,
  remoteFault,
} from './remote-store.ts';

export interface RemoteListed {
  readonly id: string;
  /** Null when it cannot be read. */
  readonly manifest: ManifestHead | null;
  /** Bytes by the manifest; null without one. */
  readonly size: number | null;
  /** `good`: its last verification found nothing, and the objects are still those. */
  readonly state: 'good' | 'damaged' | 'unverified';
  /** ISO time of the last verification, whatever it found; null: never. */
  readonly verifiedAt: string | null;
  readonly record: RemoteRecord | null;
  /** Why no policy deletes it; null: nothing holds it. */
  readonly held: string | null;
  readonly findings: readonly Finding[];
  /** Its objects, as listed. */
  readonly objects: readonly ObjectEntry[];
}

/** Objects under an id without a manifest: an upload under way, or what a killed one or a killed deletion left. */
export interface Leftover {
  readonly id: string;
  readonly objects: readonly ObjectEntry[];
}

export interface RemoteInventory {
  /** Newest first. */
  readonly backups: readonly RemoteListed[];
  readonly leftovers: readonly Leftover[];
}

export async function listRemoteBackups(store: RemoteStore): Promise<RemoteInventory> {
  const groups = await readGroups(store);
  const backups: RemoteListed[] = [];
  const leftovers: Leftover[] = [];
  await inParallel(groups, store.remote.tuning.parallel, async ([id, objects]) => {
    const listed = await inspect(store, id, objects);
    if (listed === null) leftovers.push({ id, objects });
    else backups.push(listed);
  });
  const newestFirst = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? 1 : -1);
  return { backups: backups.sort(newestFirst), leftovers: leftovers.sort(newestFirst) };
}

/** The objects of each id: those under it, its record and its hold. */
async function readGroups({ remote, prefix }: RemoteStore): Promise<ReadonlyMap<string, readonly ObjectEntry[]>> {
  const groups = new Map<string, ObjectEntry[]>();
  for await (const entry of listObjects(remote, prefix)) {
    const id = ownerOf(entry.key.slice(prefix.length));
    if (id !== null) groups.set(id, [...(groups.get(id) ?? []), entry]);
  }
  return groups;
}

/** Null: there is no manifest. */
async function inspect(store: RemoteStore, id: string, objects: readonly ObjectEntry[]): Promise<RemoteListed | null> {
  const found = await readRemoteManifest(store, id);
  if (found === null) return null;
  const { manifest, findings } = found;
  const record = await readRecord(store, id);
  const hold = await readObject(store.remote, `${store.prefix}${id}${HOLD}`);
  const seen = [...findings, ...(manifest ? await checkObjects(store, manifest, record, objects) : [])];
  const recorded =
    record?.ok === false && seen.length === 0
      ? [remoteFault(id, '', 'damaged', record.fault ?? 'its last verification failed')]
      : [];
  const faults = [...seen, ...recorded];
  return {
    ...{ id, manifest, size: manifest && backupSize(manifest), record, objects, findings: faults },
    state: faults.length > 0 ? 'damaged' : record ? 'good' : 'unverified',
    verifiedAt: record?.at ?? null,
    held: hold && holdReason(hold.toString()),
  };
}

async function checkObjects(
  store: RemoteStore,
  manifest: ManifestHead,
  record: RemoteRecord | null,
  objects: readonly ObjectEntry[],
): Promise<readonly Finding[]> {
  const listed = new Map(objects.map((object) => [object.key, object]));
  const findings: Finding[] = [];
  for (const wanted of expectedObjects(manifest, record)) {
    const key = keyOf(store, manifest.id, wanted.path);
    if (differenceOf(wanted, listed.get(key) ?? null) === null) continue;
    const difference = differenceOf(wanted, await headObject(store.remote, key));
    if (difference) findings.push(remoteFault(manifest.id, wanted.path, difference.kind, difference.message));
  }
  return findings;
}

/** What must be there: by the record, with the ETags of what was compared; else by the manifest, whose hashes no list tells. */
export function expectedObjects(manifest: ManifestHead, record: RemoteRecord | null): readonly ProvedObject[] {
  const proved = new Map(record?.objects.map((object) => [object.path, object]));
  const files = manifest.files.map(({ path, size }) => ({ path, size, etag: proved.get(path)?.etag ?? '' }));
  return [...files, ...[SUMS_FILE, MANIFEST_FILE].flatMap((path) => proved.get(path) ?? [])];
}

interface Difference {
  readonly kind: 'missing' | 'size' | 'changed';
  readonly message: string;
}

/** Null: the object is the one that was compared, as far as size and ETag tell. */
export function differenceOf(
  wanted: ProvedObject,
  found: { readonly size: number; readonly etag: string } | null,
): Difference | null {
  if (found === null) return { kind: 'missing', message: 'the object is missing' };
  if (found.size !== wanted.size) return { kind: 'size', message: `${found.size} bytes instead of ${wanted.size}` };
  if (wanted.etag === '' || bare(wanted.etag) === bare(found.etag)) return null;
  return { kind: 'changed', message: 'the object was replaced since it was verified' };
}

/** Some endpoints quote the ETag in one answer and not in another. */
function bare(etag: string): string {
  return etag.replace(/^W\//, '').replaceAll('"', '');
}
