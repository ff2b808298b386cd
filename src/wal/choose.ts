/**
 * How to get to a moment: from which base backup, on which timeline, to which record. The WAL is read up to there before
 * anything is restored. PostgreSQL would take a target before the end of the base backup for reached at once, and without a
 * target a hole or damage for the end of the WAL: both come up with wrong data and no error.
 */
import { ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Archive } from './archive.ts';
import { type Base, chainOf } from './base-manifest.ts';
import { type Inventory, type Reach, reaches, timelinesOf } from './inspect.ts';
import { type Lsn, lsnText } from './lsn.ts';
import { type Moment, scan } from './scan.ts';
import { momentText, type Window } from './status.ts';
import type { RecoveryTarget } from './target.ts';

export interface Route {
  readonly base: Base;
  /** The base backup with those that it builds on, the full one first. */
  readonly chain: readonly Base[];
  readonly timeline: number;
  /** `recovery_target_time` or `recovery_target_lsn`, and whether what lies at it belongs to it. */
  readonly setting: Readonly<Record<string, string>>;
  /** The last transaction before the target; null: none since the base backup began. */
  readonly last: Moment | null;
  /** Replay must get there. */
  readonly reach: Lsn;
}

export interface ChooseInput {
  readonly archive: Archive;
  readonly inventory: Inventory;
  readonly windows: readonly Window[];
  readonly target: RecoveryTarget;
  /** Default: the newest timeline that leads to the target. */
  readonly timeline?: number | undefined;
  readonly runtime: Runtime;
}

/** Throws RECOVERY_TARGET_OUTSIDE with what is kept, RECOVERY_TARGET for a name that stands more than once. */
export async function chooseRoute(input: ChooseInput): Promise<Route> {
  const { inventory, timeline } = input;
  const timelines = timeline === undefined ? [...timelinesOf(inventory)].reverse() : [timeline];
  for (const one of timelines) {
    const found = reaches(inventory, one);
    const target = input.target.kind === 'name' ? await named(input, found) : input.target;
    if (target === null) continue;
    for (const reach of [...found].reverse()) {
      const early =
        target.kind === 'time' ? BigInt(reach.base.stoppedAt) * 1000n > target.at : reach.base.stop > target.lsn;
      const route = early ? null : await routeFrom(reach, target, input);
      if (route !== null) return route;
    }
  }
  throw outside(input);
}

type Resolved = Exclude<RecoveryTarget, { readonly kind: 'name' }>;

/** The position of a restore point; null: no WAL of this timeline has one of that name. */
async function named(input: ChooseInput, found: readonly Reach[]): Promise<Resolved | null> {
  const { target } = input;
  const [oldest] = found;
  if (target.kind !== 'name' || oldest === undefined) return null;
  const points: Lsn[] = [];
  await walk(oldest, input, (moment) => {
    if (moment.name === target.name) points.push(moment.lsn);
    return true;
  });
  const [point, another] = points;
  if (another !== undefined) {
    throw new ToolError('RECOVERY_TARGET', `there is more than one restore point "${target.name}"`, {
      detail: `positions: ${points.map(lsnText).join(', ')}`,
      hint: `Choose one by its position: --lsn ${lsnText(points.at(-1) ?? another)}`,
    });
  }
  return point === undefined ? null : { kind: 'lsn', lsn: point, text: target.text };
}

/** Null: the WAL behind this base backup does not get to the target. */
async function routeFrom(reach: Reach, target: Resolved, input: ChooseInput): Promise<Route | null> {
  const seen: { last: Moment | null; next: Moment | null; over: boolean } = { last: null, next: null, over: false };
  await walk(reach, input, (moment) => {
    seen.over = target.kind === 'time' ? (moment.at ?? 0n) > target.at : moment.lsn >= target.lsn;
    if (seen.over) return false;
    if (moment.kind === 'transaction') seen.last = moment;
    seen.next = moment;
    return true;
  });
  const { last, next, over } = seen;
  const route = (setting: Readonly<Record<string, string>>): Route => ({
    base: reach.base,
    chain: chainOf(reach.base, input.inventory.bases) ?? [],
    timeline: reach.timeline,
    setting,
    last,
    reach: last?.lsn ?? reach.base.stop,
  });
  if (target.kind === 'lsn') return over ? route(before(target.lsn)) : null;
  if (over) return route({ recovery_target_time: settingTime(target.at), recovery_target_inclusive: 'on' });
  // PostgreSQL stops at a time when it sees a later transaction. The very last one is reached by the record behind it.
  return last?.at === target.at && next !== last ? route(before(last.lsn + 1n)) : null;
}

/** The setting takes no letters for zones. */
function settingTime(at: bigint): string {
  return momentText(at).replace('T', ' ').replace('Z', '+00');
}

/** Everything that begins before the position, and nothing that begins there. */
function before(lsn: Lsn): Readonly<Record<string, string>> {
  return { recovery_target_lsn: lsnText(lsn), recovery_target_inclusive: 'off' };
}

async function walk(reach: Reach, input: ChooseInput, onMoment: (moment: Moment) => boolean): Promise<void> {
  const { archive, runtime } = input;
  const { base, path, first, last } = reach;
  if (last === null) return;
  const major = base.manifest?.server.major ?? 0;
  await scan({ archive, path, first, last, start: base.start, major, runtime }, onMoment);
}

function outside({ target, windows, timeline }: ChooseInput): ToolError {
  const kept = windows.map(
    (window) => `timeline ${window.timeline}: ${window.from} (${window.from_lsn}) to ${window.to} (${window.to_lsn})`,
  );
  const on = timeline === undefined ? '' : ` on timeline ${timeline}`;
  return new ToolError('RECOVERY_TARGET_OUTSIDE', `the archive does not lead to ${target.text}${on}`, {
    detail: kept.length === 0 ? 'nothing can be recovered from it' : `kept:\n${kept.join('\n')}`,
    hint: 'Choose a moment that is kept; what is missing or damaged shows: strata wal status --verify',
  });
}
