/**
 * The retention policy in the bucket: the rules of the folder, over the copies there. Before anything goes, the newest good copy
 * is looked at itself, object by object. The manifest goes first: from then on it is no backup, and a deletion that is
 * killed leaves objects that nothing names, which a later run removes.
 */
import type { Runtime } from '../base/runtime.ts';
import { withTask } from '../base/runtime.ts';
import { deleteObject, headObject } from '../remote/objects.ts';
import { inParallel } from '../remote/parallel.ts';
import { abortUpload, listUploads, type Upload } from '../remote/parts.ts';
import { hashObject } from '../remote/ranges.ts';
import { failedDrills } from './drill-store.ts';
import { readHold } from './hold.ts';
import { MANIFEST_FILE } from './manifest.ts';
import { blockedBy, candidateOf, lastFailure } from './prune.ts';
import {
  differenceOf,
  expectedObjects,
  type Leftover,
  listRemoteBackups,
  type RemoteInventory,
  type RemoteListed,
} from './remote-inventory.ts';
import { keyOf, ownerOf, type RemoteStore } from './remote-store.ts';
import { planRetention, type RetentionPlan, type RetentionPolicy } from './retention.ts';

export interface RemotePruneInput {
  readonly store: RemoteStore;
  /** The folder of backups here, for its holds and drills. */
  readonly dir: string;
  readonly policy: RetentionPolicy;
  /** True: damaged copies older than the newest good one go too. */
  readonly damaged: boolean;
  readonly runtime: Runtime;
}

export interface RemotePrune {
  readonly plans: readonly RetentionPlan[];
  /** Without a manifest, and untouched for a week. */
  readonly leftovers: readonly Leftover[];
  /** Uploads in parts that nobody finished for a week. */
  readonly uploads: readonly Upload[];
}

/** Milliseconds that an upload may rest before it counts as given up: a slow line, a weekend, a machine under repair. */
const GIVEN_UP = 7 * 86_400_000;

/** What `pruneRemote` would do now. */
export async function planRemotePrune(input: RemotePruneInput): Promise<RemotePrune> {
  return (await plan(input)).prune;
}

export async function pruneRemote(input: RemotePruneInput): Promise<RemotePrune> {
  const { store, runtime } = input;
  const { prune, inventory } = await plan(input);
  const plans: RetentionPlan[] = [];
  for (const one of prune.plans) plans.push(await carryOut(input, one, inventory));
  const { parallel } = store.remote.tuning;
  const left = prune.leftovers.flatMap(({ objects }) => objects);
  if (left.length > 0 || prune.uploads.length > 0) {
    await withTask(runtime, { id: 'prune-left', title: 'Remove what unfinished transfers left' }, async () => {
      await inParallel(left, parallel, ({ key }) => deleteObject(store.remote, key));
      await inParallel(prune.uploads, parallel, (upload) => abortUpload(store.remote, upload));
    });
  }
  return { ...prune, plans };
}

async function plan(
  input: RemotePruneInput,
): Promise<{ readonly prune: RemotePrune; readonly inventory: RemoteInventory }> {
  const { store, dir, policy, damaged, runtime } = input;
  const inventory = await listRemoteBackups(store);
  const failed = await failedDrills(dir);
  const candidates = [];
  for (const listed of inventory.backups) {
    const held = listed.held ?? (await readHold(dir, listed.id));
    const state = listed.state === 'good' && failed.has(listed.id) ? 'failed' : listed.state;
    candidates.push(candidateOf({ ...listed, state }, held));
  }
  const now = runtime.now().getTime();
  const plans = planRetention(candidates, policy, now, { damaged, failure: await lastFailure(dir) });
  const over = (at: Date): boolean => at.getTime() < now - GIVEN_UP;
  // With a clock that cannot be right, no age can be told.
  const aged = plans.every(({ blocked }) => !blocked?.includes('the clock says'));
  const leftovers = inventory.leftovers.filter(({ objects }) => aged && objects.every((one) => over(one.lastModified)));
  const uploads = aged ? (await listUploads(store.remote, store.prefix)).filter((one) => over(one.initiated)) : [];
  return { prune: { plans, leftovers, uploads: uploads.filter(isOurs(store)) }, inventory };
}

/** Under our prefix there may be others' objects. */
function isOurs({ prefix }: RemoteStore): (upload: Upload) => boolean {
  return ({ key }) => ownerOf(key.slice(prefix.length)) !== null;
}

async function carryOut(
  input: RemotePruneInput,
  one: RetentionPlan,
  inventory: RemoteInventory,
): Promise<RetentionPlan> {
  const { store, runtime } = input;
  const going = one.verdicts.filter(({ keep }) => !keep).reverse();
  if (going.length === 0) return one;
  const stays = one.verdicts.find(({ keep, state }) => keep && state === 'good');
  const listed = inventory.backups.find(({ id }) => id === stays?.id);
  const fault = listed === undefined ? null : await faultIn(store, listed);
  if (fault !== null) return blockedBy(one, fault);
  await withTask(runtime, { id: 'prune', title: `Delete ${going.length} backups from the bucket` }, async () => {
    for (const { id } of going) await removeRemote(store, id, inventory);
  });
  return one;
}

/** The objects themselves, not the list: they are those that were compared; one without an ETag is read again whole. */
async function faultIn(store: RemoteStore, { id, manifest, record }: RemoteListed): Promise<string | null> {
  if (manifest === null) return `the manifest of ${id} cannot be read`;
  for (const wanted of expectedObjects(manifest, record)) {
    const key = keyOf(store, id, wanted.path);
    const head = await headObject(store.remote, key);
    const difference = differenceOf(wanted, head);
    const file = manifest.files.find(({ path }) => path === wanted.path);
    const unproved = head !== null && wanted.etag === '' && file !== undefined;
    const differs = unproved && (await hashObject(store.remote, { key, ...head })) !== file.sha256;
    if (difference === null && !differs) continue;
    return `the newest good backup turned out to be damaged: ${id}/${wanted.path}: ${difference?.message ?? 'its bytes were changed'}`;
  }
  return null;
}

async function removeRemote(store: RemoteStore, id: string, { backups }: RemoteInventory): Promise<void> {
  const manifest = keyOf(store, id, MANIFEST_FILE);
  await deleteObject(store.remote, manifest);
  const objects = backups.find((one) => one.id === id)?.objects ?? [];
  const rest = objects.map(({ key }) => key).filter((key) => key !== manifest);
  await inParallel(rest, store.remote.tuning.parallel, (key) => deleteObject(store.remote, key));
}
