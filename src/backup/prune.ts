/**
 * Deletes what no rule keeps. Before anything goes, the newest backup that stays is read again from its first byte to
 * its last: "good" in a list is what was true then. A backup goes by one rename to `<id>.partial`, which nothing
 * lists; only then its files. Killed between the two, garbage is left for the next run, never a manifest without data.
 */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { withFolderLock } from '../disk/folder-lock.ts';
import { readerOf, sweepReaders } from '../disk/reader.ts';
import { removeBackup, removeLeftovers, timeOfId } from '../disk/store.ts';
import { readHold } from './hold.ts';
import { type Listed, listBackups } from './inventory.ts';
import { type Candidate, planRetention, type RetentionPlan, type RetentionPolicy, type Verdict } from './retention.ts';
import { readRuns } from './runs.ts';
import { verifyBackup } from './verify.ts';

export interface PruneInput {
  /** Absolute path of the folder of backups. */
  readonly dir: string;
  readonly policy: RetentionPolicy;
  /** True: damaged backups older than the newest good one go too. */
  readonly damaged: boolean;
  readonly runtime: Runtime;
}

/** One line a deletion: what was there, and why it went. */
const LOG = 'removed.jsonl';

/** What `pruneBackups` would do now. Throws BACKUP_DIR_UNREADABLE. */
export async function planPrune(input: PruneInput): Promise<readonly RetentionPlan[]> {
  const { dir, policy, damaged, runtime } = input;
  const candidates: Candidate[] = [];
  for (const listed of await listBackups(dir)) {
    const held = (await readHold(dir, listed.id)) ?? (await beingRead(dir, listed.id));
    candidates.push(candidateOf(listed, held));
  }
  const now = runtime.now().getTime();
  return planRetention(candidates, policy, now, { damaged, failure: await lastFailure(dir) });
}

/** Why the last run that should have taken a backup did not; null: it did. One that found another at work says nothing. */
export async function lastFailure(dir: string): Promise<string | null> {
  const creates = (await readRuns(dir)).filter(({ run, code }) => run === 'create' && code !== 'BACKUP_LOCKED');
  const last = creates.at(-1);
  return last === undefined || last.ok
    ? null
    : `the last backup create, at ${last.at}, failed (${last.code ?? 'it found faults'})`;
}

/** Deletes, and gives the plan as it was carried out. Throws PRUNE_FAILED, BACKUP_LOCKED, BACKUP_INTERRUPTED. */
export async function pruneBackups(input: PruneInput): Promise<readonly RetentionPlan[]> {
  const { dir, runtime } = input;
  if ((await listBackups(dir)).length === 0) return [];
  return await withFolderLock({ dir, command: 'strata backup prune --delete', runtime }, async () => {
    await removeLeftovers(dir);
    await sweepReaders(dir);
    const plans = await planPrune(input);
    const done: RetentionPlan[] = [];
    for (const plan of plans) done.push(await carryOut(input, plan));
    return done;
  });
}

async function beingRead(dir: string, id: string): Promise<string | null> {
  const reader = await readerOf(dir, id);
  return reader === null ? null : `process ${reader.pid} on ${reader.host} is restoring it`;
}

async function carryOut(input: PruneInput, plan: RetentionPlan): Promise<RetentionPlan> {
  const going = plan.verdicts.filter((one) => !one.keep).reverse();
  if (going.length === 0) return plan;
  const stays = plan.verdicts.find((one) => one.keep && one.state === 'good');
  const fault = stays === undefined ? null : await faultIn(input, stays);
  if (fault !== null) return blockedBy(plan, fault);
  await withTask(input.runtime, { id: 'prune', title: `Delete ${going.length} backups` }, async () => {
    for (const [done, one] of going.entries()) await remove(input, one, done);
  });
  return plan;
}

/** What is wrong with the backup that everything else would be given up for. */
async function faultIn({ dir, runtime }: PruneInput, { id }: Verdict): Promise<string | null> {
  const { findings } = await verifyBackup({ dir, id, runtime });
  const first = findings.find((found) => found.level === 'error');
  return first === undefined
    ? null
    : `the newest good backup turned out to be damaged: ${first.subject}: ${first.message}`;
}

/** The plan that deletes nothing after all. */
export function blockedBy(plan: RetentionPlan, fault: string): RetentionPlan {
  return { ...plan, blocked: fault, verdicts: plan.verdicts.map(kept) };
}

function kept(one: Verdict): Verdict {
  return one.keep ? one : { ...one, keep: true, reasons: ['nothing may be deleted'] };
}

async function remove({ dir, runtime }: PruneInput, one: Verdict, done: number): Promise<void> {
  if (runtime.signal.aborted) {
    throw new ToolError('BACKUP_INTERRUPTED', 'the deletion of backups was interrupted', {
      detail: `${done} deleted; the others are untouched`,
    });
  }
  const { id, database, reasons } = one;
  try {
    const line = {
      id,
      database,
      shows: new Date(one.at).toISOString(),
      at: runtime.now().toISOString(),
      why: reasons.join(', '),
    };
    await appendFile(join(dir, LOG), `${JSON.stringify(line)}\n`, { mode: 0o600 });
    await removeBackup(dir, id);
  } catch (thrown) {
    throw new ToolError('PRUNE_FAILED', `backup ${id} cannot be deleted: ${messageOf(thrown)}`, {
      detail: `${done} deleted before it; those after it are untouched`,
      hint: `Look at the permissions of ${dir}, then run again: strata backup prune --delete`,
      cause: thrown,
    });
  }
}

export function candidateOf(
  { id, manifest, state }: Pick<Listed, 'id' | 'manifest' | 'state'>,
  held: string | null,
): Candidate {
  return {
    id,
    database: manifest?.database.name ?? null,
    system: manifest?.server.system_identifier ?? null,
    at: manifest === null ? timeOfId(id) : Date.parse(manifest.at),
    state,
    held,
  };
}
