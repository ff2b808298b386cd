/**
 * Deletes what retention.ts lets go, in an order that a kill cannot harm: base backups first, those that build on others
 * before them, each by one rename; then the WAL before the cut, oldest first. What is left at any moment is whole.
 */
import { appendFile, readdir, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { syncFolder } from '../disk/durable.ts';
import { withFolderLock } from '../disk/folder-lock.ts';
import { readerOf, sweepReaders } from '../disk/reader.ts';
import { removeBackup, removeLeftovers } from '../disk/store.ts';
import { type Archive, baseFolder, readContents, walFolder } from './archive.ts';
import { chainOf, listBases } from './base-manifest.ts';
import { verifyBase } from './base-verify.ts';
import { planWalRetention, type WalRetention } from './retention.ts';
import { readSums } from './segment-check.ts';

export interface WalPruneInput {
  readonly archive: Archive;
  /** Any moment of so many days stays recoverable. */
  readonly days: number;
  readonly runtime: Runtime;
}

/** What `pruneWal` would do now. */
export async function planWalPrune({ archive, days, runtime }: WalPruneInput): Promise<WalRetention> {
  const [bases, contents] = [await listBases(archive), await readContents(archive)];
  const busy = new Set<string>();
  for (const { id } of bases) if ((await readerOf(baseFolder(archive), id)) !== null) busy.add(id);
  const { segments, histories, others } = contents;
  const [segmentSize, now] = [archive.wal_segment_size, runtime.now().getTime()];
  return planWalRetention({ bases, segments, histories, others, segmentSize, busy, days, now });
}

/** Deletes, and gives the plan as it was carried out. Throws PRUNE_FAILED, BACKUP_LOCKED, BACKUP_INTERRUPTED. */
export async function pruneWal(input: WalPruneInput): Promise<WalRetention> {
  const { archive, runtime } = input;
  const folder = baseFolder(archive);
  return await withFolderLock({ dir: folder, command: 'strata wal prune --delete', runtime }, async () => {
    await removeLeftovers(folder);
    await sweepReaders(folder);
    const plan = await planWalPrune(input);
    const going = plan.bases.filter((one) => !one.keep);
    if (going.length === 0 && plan.files.length === 0) return plan;
    const fault = await anchorFault(input, plan);
    if (fault !== null) return refused(plan, fault);
    const title = `Delete ${going.length} base backups and ${plan.files.length} files of WAL`;
    await withTask(runtime, { id: 'prune', title }, () => carryOut(input, plan));
    return plan;
  });
}

/** The anchors are what everything older is given up for: every byte of them is read before. */
async function anchorFault({ archive, runtime }: WalPruneInput, { anchors }: WalRetention): Promise<string | null> {
  const bases = await listBases(archive);
  for (const base of new Set(anchors.flatMap((anchor) => chainOf(anchor, bases) ?? []))) {
    const fault = await verifyBase(archive, base, runtime);
    if (fault !== null) return `base backup ${base.id} turned out to be damaged: ${fault}`;
  }
  return null;
}

function refused(plan: WalRetention, blocked: string): WalRetention {
  const bases = plan.bases.map((one) => (one.keep ? one : { ...one, keep: true, reason: 'nothing may be deleted' }));
  return { ...plan, blocked, bases, cut: null, files: [] };
}

async function carryOut({ archive, runtime }: WalPruneInput, plan: WalRetention): Promise<void> {
  const [folder, wal] = [baseFolder(archive), walFolder(archive)];
  // Newest first: an incremental one is newer than what it builds on.
  for (const { base, keep, reason } of plan.bases) {
    if (keep) continue;
    await removing(runtime, base.id, async () => {
      await note(archive, { base: base.id, why: reason, at: runtime.now().toISOString() });
      await removeBackup(folder, base.id);
    });
  }
  if (plan.files.length === 0) return;
  const [first, last] = [plan.files[0], plan.files.at(-1)];
  const why = 'before every kept base backup';
  await note(archive, { first, last, count: plan.files.length, why, at: runtime.now().toISOString() });
  for (const [done, name] of plan.files.entries()) {
    await removing(runtime, name, () => unlink(join(wal, name)));
    runtime.emit({ kind: 'progress', task: 'prune', done: done + 1, total: plan.files.length });
  }
  await syncFolder(wal);
  await compactSums(archive);
}

async function removing(runtime: Runtime, what: string, work: () => Promise<void>): Promise<void> {
  if (runtime.signal.aborted) {
    throw new ToolError('BACKUP_INTERRUPTED', 'the deletion was interrupted', {
      detail: `${what} and what comes after it is untouched; everything that is kept is whole`,
    });
  }
  await work().catch((thrown: unknown) => {
    throw new ToolError('PRUNE_FAILED', `${what} cannot be deleted: ${messageOf(thrown)}`, {
      detail: 'what comes after it is untouched; everything that is kept is whole',
      hint: 'Look at the permissions of the archive, then run again: strata wal prune --delete',
      cause: thrown,
    });
  });
}

async function note(archive: Archive, entry: object): Promise<void> {
  await appendFile(join(archive.dir, 'removed.jsonl'), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

/**
 * Drops the lines of files that are gone. The archiver may append meanwhile: it opens the file anew for each line, so the
 * old one is moved aside first, and what is still needed of it is appended to the new one.
 */
async function compactSums(archive: Archive): Promise<void> {
  const wal = walFolder(archive);
  const [current, old] = [join(wal, 'CKSUMS'), join(wal, 'CKSUMS.old')];
  const there = new Set(await readdir(wal));
  if (!there.has('CKSUMS.old')) await rename(current, old).catch(() => undefined);
  const lines = [...(await readSums(archive))].filter(([name]) => there.has(name));
  await appendFile(current, lines.map(([name, sum]) => `${sum} ${name}\n`).join(''), { mode: 0o600 });
  await rm(old, { force: true });
}
