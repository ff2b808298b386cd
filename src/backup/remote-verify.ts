/** Proves a backup in the bucket: every object is read whole and hashed. What was found is recorded beside it. */
import type { Finding } from '../base/finding.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { headObject } from '../remote/objects.ts';
import { hashObject } from '../remote/ranges.ts';
import { backupSize, MANIFEST_FILE, type ManifestHead, SUMS_FILE } from './manifest.ts';
import {
  keyOf,
  type ProvedObject,
  type RemoteStore,
  readRemoteManifest,
  remoteFault,
  writeRecord,
} from './remote-store.ts';
import type { Verified } from './verify.ts';

export interface RemoteVerifyInput {
  readonly store: RemoteStore;
  /** A whole id. */
  readonly id: string;
  readonly runtime: Runtime;
}

/** Throws what the object storage says; damage is a Finding. */
export async function verifyRemoteBackup(input: RemoteVerifyInput): Promise<Verified> {
  const { store, id, runtime } = input;
  const found = await readRemoteManifest(store, id);
  if (found === null) {
    return { id, manifest: null, findings: [remoteFault(id, MANIFEST_FILE, 'missing', 'the manifest is missing')] };
  }
  const { manifest } = found;
  const proved: ProvedObject[] = [];
  const findings = [...found.findings];
  if (manifest) findings.push(...(await readFiles(input, manifest, proved)));
  for (const path of [SUMS_FILE, MANIFEST_FILE]) {
    const head = await headObject(store.remote, keyOf(store, id, path));
    if (head) proved.push({ path, size: head.size, etag: head.etag });
  }
  const [first] = findings;
  await writeRecord(store, {
    ...{ strata_remote: 1, id, at: runtime.now().toISOString(), ok: !first, how: 'read', objects: proved },
    ...(first ? { fault: `${first.subject}: ${first.message}` } : {}),
  });
  return { id, manifest, findings };
}

async function readFiles(
  { store, id, runtime }: RemoteVerifyInput,
  manifest: ManifestHead,
  proved: ProvedObject[],
): Promise<readonly Finding[]> {
  const task = { id: `verify-${id}`, title: `Verify ${id} in the bucket` };
  const total = backupSize(manifest);
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    runtime.emit({ kind: 'progress', task: task.id, done, total, unit: 'bytes' });
  };
  return await withTask(runtime, task, async () => {
    const findings: Finding[] = [];
    for (const { path, size, sha256 } of manifest.files) {
      const key = keyOf(store, id, path);
      const head = await headObject(store.remote, key);
      if (head === null) findings.push(remoteFault(id, path, 'missing', 'the object is missing'));
      else if (head.size !== size)
        findings.push(remoteFault(id, path, 'size', `${head.size} bytes instead of ${size}`));
      else if ((await hashObject(store.remote, { key, size, etag: head.etag, onBytes })) !== sha256) {
        findings.push(remoteFault(id, path, 'changed', 'its bytes are not those that were uploaded'));
      } else proved.push({ path, size, etag: head.etag });
    }
    return findings;
  });
}
