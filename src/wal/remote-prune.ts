/**
 * The rules of `wal prune` over the archive in the bucket. A base backup's description goes first: from then on it is none, and
 * what a killed deletion leaves is removed by a later run. Then the WAL before the cut, oldest first.
 */
import type { Runtime } from '../base/runtime.ts';
import { withTask } from '../base/runtime.ts';
import { isId } from '../disk/store.ts';
import type { ObjectEntry } from '../remote/model.ts';
import { deleteObject, listObjects } from '../remote/objects.ts';
import { inParallel } from '../remote/parallel.ts';
import { baseKey, fileKey, type RemoteArchive, type WalStore, walKey } from './remote-archive.ts';
import { planWalRetention, type WalRetention } from './retention.ts';

export interface RemoteWalPruneInput {
  readonly store: WalStore;
  readonly remote: RemoteArchive;
  readonly days: number;
  readonly runtime: Runtime;
}

/** Milliseconds that files without a description may rest: an upload under way, or one that was given up. */
const GIVEN_UP = 7 * 86_400_000;

/** What `pruneRemoteWal` would do now. */
export function planRemoteWalPrune({ remote, days, runtime }: RemoteWalPruneInput): WalRetention {
  const { bases, contents, identity } = remote;
  const { segments, histories, others } = contents;
  const now = runtime.now().getTime();
  const segmentSize = identity.wal_segment_size;
  return planWalRetention({ bases, segments, histories, others, segmentSize, busy: new Set(), days, now });
}

export async function pruneRemoteWal(input: RemoteWalPruneInput): Promise<WalRetention> {
  const { store, remote, runtime } = input;
  const system = remote.identity.system_identifier;
  const plan = planRemoteWalPrune(input);
  if (plan.blocked !== null) return plan;
  const going = plan.bases.filter(({ keep }) => !keep);
  const title = `Delete ${going.length} base backups and ${plan.files.length} files of WAL from the bucket`;
  await withTask(runtime, { id: 'prune', title }, async () => {
    // Newest first: an incremental one is newer than what it builds on.
    for (const { base } of going) {
      await deleteObject(store.remote, baseKey(store, system, base.id));
      await removeFiles(store, await objectsOf(store, system, base.id));
    }
    await removeFiles(store, await leftovers(input));
    for (const name of plan.files) await deleteObject(store.remote, walKey(store, system, name));
  });
  return plan;
}

async function objectsOf(store: WalStore, system: string, id: string): Promise<readonly ObjectEntry[]> {
  const objects: ObjectEntry[] = [];
  for await (const entry of listObjects(store.remote, fileKey(store, system, id, ''))) objects.push(entry);
  return objects;
}

/** Files of base backups that no description names any more, or yet. */
async function leftovers({ store, remote, runtime }: RemoteWalPruneInput): Promise<readonly ObjectEntry[]> {
  const beginning = fileKey(store, remote.identity.system_identifier, '', '').slice(0, -1);
  const known = new Set(remote.bases.map(({ id }) => id));
  const before = runtime.now().getTime() - GIVEN_UP;
  const left: ObjectEntry[] = [];
  for await (const entry of listObjects(store.remote, beginning)) {
    const [id = ''] = entry.key.slice(beginning.length).split('/');
    if (isId(id) && !known.has(id) && entry.lastModified.getTime() < before) left.push(entry);
  }
  return left;
}

async function removeFiles(store: WalStore, objects: readonly ObjectEntry[]): Promise<void> {
  await inParallel(objects, store.remote.tuning.parallel, ({ key }) => deleteObject(store.remote, key));
}
