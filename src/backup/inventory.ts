/** The backups at hand, by a quick look: manifests and file sizes. Only `verify` reads everything. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, finding } from '../base/finding.ts';
import { listIds, readVerifications } from '../disk/store.ts';
import { failedDrills } from './drill-store.ts';
import { backupSize, type ManifestHead } from './manifest.ts';
import { fault, readManifest, rewritten } from './manifest-read.ts';

export interface Listed {
  readonly id: string;
  /** Null when the manifest cannot be read. */
  readonly manifest: ManifestHead | null;
  /** Bytes by the manifest; null without one. */
  readonly size: number | null;
  /** `good`: its last verification found nothing, and nothing is visibly wrong now. `failed`: whole, but its last drill failed. */
  readonly state: 'good' | 'damaged' | 'unverified' | 'failed';
  /** ISO time of the last verification, whatever it found; null: never. */
  readonly verifiedAt: string | null;
  readonly findings: readonly Finding[];
}

/** Newest first. Damaged ones are in the list, with what is wrong. Throws BACKUP_DIR_UNREADABLE. */
export async function listBackups(dir: string): Promise<readonly Listed[]> {
  const [ids, verifications, failed] = [await listIds(dir), await readVerifications(dir), await failedDrills(dir)];
  const listed: Listed[] = [];
  for (const id of [...ids].reverse()) {
    const read = await readManifest(dir, id);
    const { manifest } = read;
    const last = verifications.get(id);
    const sizes = manifest ? await checkSizes(dir, manifest) : [];
    const seen = [...read.findings, ...rewritten(id, read, last?.manifest_sha256), ...sizes];
    const recorded =
      last?.ok === false && seen.length === 0
        ? [fault(id, '', 'damaged', last.fault ?? 'its last verification failed')]
        : [];
    const faults = [...seen, ...recorded];
    const drilled = faults.length === 0 && failed.has(id) ? [drillFault(id)] : [];
    const state = faults.length > 0 ? 'damaged' : drilled.length > 0 ? 'failed' : last ? 'good' : 'unverified';
    listed.push({
      id,
      manifest,
      size: manifest && backupSize(manifest),
      state,
      verifiedAt: last?.at ?? null,
      findings: [...faults, ...drilled],
    });
  }
  return listed;
}

function drillFault(id: string): Finding {
  return finding({
    code: 'backup/drill-failed',
    level: 'error',
    subject: id,
    message: 'its last drill failed: what was restored is not what was backed up, or cannot be used',
    hint: 'See why with: strata drill --history; then take a new backup with: strata backup create',
  });
}

async function checkSizes(dir: string, manifest: ManifestHead): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { path, size } of manifest.files) {
    const found = await stat(join(dir, manifest.id, path)).then(
      (s) => s.size,
      () => null,
    );
    if (found === null) findings.push(fault(manifest.id, path, 'missing', 'the file is missing'));
    else if (found !== size) findings.push(fault(manifest.id, path, 'size', `${found} bytes instead of ${size}`));
  }
  return findings;
}
