/**
 * The list of erasures in the bucket: `<prefix>/erasures/<SHA-256 of the line>.json`, an object for each. Never changed and never deleted, so
 * two machines that write at once lose nothing, and each has what the other erased when it restores from there.
 */
import { sha256 } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import { listObjects, readObject, writeObject } from '../remote/objects.ts';
import { inParallel } from '../remote/parallel.ts';
import { erasureText, type Listed, mergeErasures, parseErasure, readErasures } from './erasure-list.ts';
import type { RemoteStore } from './remote-store.ts';

const ENDING = '.json';

/** Sends what the bucket lacks. How many it were. */
export async function uploadErasures(store: RemoteStore, dir: string): Promise<number> {
  const { listed } = await readErasures(dir);
  if (listed.length === 0) return 0;
  const texts = new Map(listed.map(erasureText).map((text) => [sha256(text), text]));
  for (const name of await namesThere(store)) texts.delete(name);
  const { remote } = store;
  await inParallel([...texts], remote.tuning.parallel, async ([name, text]) => {
    await writeObject(remote, keyOf(store, name), Buffer.from(text), { contentType: 'application/json' });
  });
  return texts.size;
}

/** Adds to the list of `dir` what it lacks. How many it were. Throws ERASURE_LIST when one of them is not as it was written. */
export async function downloadErasures(store: RemoteStore, dir: string): Promise<number> {
  const known = new Set((await readErasures(dir)).listed.map((one) => sha256(erasureText(one))));
  const missing = (await namesThere(store)).filter((name) => !known.has(name));
  const found: Listed[] = [];
  await inParallel(missing, store.remote.tuning.parallel, async (name) => {
    found.push(await readOne(store, name));
  });
  found.sort((a, b) => (a.at < b.at ? -1 : 1));
  return await mergeErasures(dir, found);
}

async function readOne(store: RemoteStore, name: string): Promise<Listed> {
  const key = keyOf(store, name);
  const text = (await readObject(store.remote, key))?.toString() ?? '';
  const one = sha256(text) === name ? parseErasure(text) : null;
  if (one !== null) return one;
  throw new ToolError('ERASURE_LIST', 'the list of erasures in the bucket cannot be read whole', {
    detail: `${key} is not what was written there`,
    hint: 'Bring it back from the machine that erased, with strata backup upload, when you have removed the object.',
  });
}

async function namesThere(store: RemoteStore): Promise<readonly string[]> {
  const names: string[] = [];
  const folder = keyOf(store, '').slice(0, -ENDING.length);
  for await (const { key } of listObjects(store.remote, folder)) {
    if (key.endsWith(ENDING)) names.push(key.slice(folder.length, -ENDING.length));
  }
  return names;
}

function keyOf({ prefix }: RemoteStore, name: string): string {
  return `${prefix}erasures/${name}${ENDING}`;
}
