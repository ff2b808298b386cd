/**
 * Which base backups and which WAL to keep, so that any moment of the last days can be recovered. Pure; docs/backups.md has
 * the rules in words.
 *
 * Age alone would be wrong: the oldest moment of the window needs a base backup from before it, and all WAL since. So the
 * cut is made at a base backup, never at a date. A base backup serves only the timelines whose path it lies on: after a recovery
 * to an earlier moment the newest one may lead nowhere. So each timeline of the window has its own, and the cut is made at one
 * position for all of them: what lies before the start of every kept base backup, no recovery can ask for.
 */
import { type Base, chainFault } from './base-manifest.ts';
import { type Inventory, min, timelinesOf } from './inspect.ts';
import { type Lsn, type SegmentName, segmentOf, segmentText } from './lsn.ts';
import { isOnPath, pathOf } from './timelines.ts';

export interface RetentionInput {
  readonly bases: readonly Base[];
  readonly segments: readonly (SegmentName & { readonly name: string })[];
  readonly histories: Inventory['histories'];
  /** Names of `.backup` and `.partial` files; they go with the segment that they are about. */
  readonly others: readonly string[];
  readonly segmentSize: number;
  /** Ids of base backups that are being restored. */
  readonly busy: ReadonlySet<string>;
  readonly days: number;
  /** Milliseconds. */
  readonly now: number;
}

export interface BaseVerdict {
  readonly base: Base;
  readonly keep: boolean;
  readonly reason: string;
}

export interface WalRetention {
  /** Why nothing may be deleted; null: nothing stands against it. */
  readonly blocked: string | null;
  /** The base backups that the oldest moments of the window are recovered from, one for each timeline of it; none: there is none so old. */
  readonly anchors: readonly Base[];
  /** Newest first. */
  readonly bases: readonly BaseVerdict[];
  /** WAL before this position goes; null: none. */
  readonly cut: Lsn | null;
  /** Files of wal/ that go, oldest first. */
  readonly files: readonly string[];
}

const DAY = 86_400_000;
/** Clocks of two machines differ; more than this is a clock that was set. */
const CLOCK_TOLERANCE = 5 * 60_000;

export function planWalRetention(input: RetentionInput): WalRetention {
  const { bases, days, now } = input;
  const newestFirst = [...bases].sort((a, b) => b.stoppedAt - a.stoppedAt || (a.id < b.id ? 1 : -1));
  const since = now - days * DAY;
  const old = newestFirst.filter((base) => chainFault(base, bases) === null && base.stoppedAt <= since);
  const timelines = timelinesSince(old, input);
  const blocked = whyBlocked(newestFirst, bases, now) ?? unknownPath(timelines, input);
  const anchors = anchorsOf(timelines, old, input);
  const verdicts = newestFirst.map((base) => judge(base, { anchors, blocked, input, since }));
  const kept = keptWithParents(verdicts, bases);
  const cut = blocked === null && anchors.length > 0 ? cutOf(verdicts, kept) : null;
  return {
    blocked,
    anchors,
    bases: verdicts.map((one) =>
      one.keep || !kept.has(one.base.id) ? one : { ...one, keep: true, reason: 'a kept one builds on it' },
    ),
    cut,
    files: cut === null ? [] : filesBefore(cut, input),
  };
}

/** After a failure the older ones are all there is; and with a clock that was set back no order is sure. */
function whyBlocked([newest]: readonly Base[], bases: readonly Base[], now: number): string | null {
  if (newest === undefined) return 'there is no base backup';
  const fault = chainFault(newest, bases);
  if (fault !== null) return `the newest base backup, ${newest.id}, cannot be used: ${fault}`;
  if (newest.stoppedAt <= now + CLOCK_TOLERANCE) return null;
  const [of, clock] = [new Date(newest.stoppedAt).toISOString(), new Date(now).toISOString()];
  return `base backup ${newest.id} is of ${of}, the clock says ${clock}`;
}

/**
 * The timelines that the window may have moments of: numbers grow with time, so that older ones than that of a base backup
 * from before the window had been left by then. `old`: good base backups from before the window.
 */
function timelinesSince(old: readonly Base[], input: RetentionInput): readonly number[] {
  const oldest = Math.max(1, ...old.map((base) => base.manifest?.timeline ?? 1));
  const all = new Set([1, ...timelinesOf(input), ...input.bases.map((base) => base.manifest?.timeline ?? 1)]);
  return [...all].filter((timeline) => timeline >= oldest).sort((a, b) => a - b);
}

/** What a timeline needs is not known without its history. */
function unknownPath(timelines: readonly number[], { histories }: RetentionInput): string | null {
  const lost = timelines.find((timeline) => pathOf(timeline, histories) === null);
  return lost === undefined ? null : `the history file of timeline ${lost} is missing or damaged`;
}

/** Of each timeline the newest good base backup from before the window that lies on its path. */
function anchorsOf(timelines: readonly number[], old: readonly Base[], { histories }: RetentionInput): readonly Base[] {
  const found = timelines.map((timeline) => {
    const path = pathOf(timeline, histories) ?? [];
    return old.find((base) => isOnPath(path, base.manifest?.timeline ?? 0, base.stop));
  });
  return old.filter((base) => found.includes(base));
}

interface Judgement {
  readonly anchors: readonly Base[];
  readonly blocked: string | null;
  readonly input: RetentionInput;
  /** Milliseconds: the oldest moment of the window. */
  readonly since: number;
}

function judge(base: Base, { anchors, blocked, input, since }: Judgement): BaseVerdict {
  const verdict = (keep: boolean, reason: string): BaseVerdict => ({ base, keep, reason });
  if (base.manifest === null) return verdict(true, 'cannot be understood: not counted, not deleted');
  if (blocked !== null) return verdict(true, 'nothing may be deleted');
  if (anchors.length === 0) return verdict(true, `none is older than ${input.days} days`);
  if (anchors.includes(base)) return verdict(true, `the oldest moment of ${input.days} days is recovered from it`);
  if (base.stoppedAt > since) return verdict(true, `of the last ${input.days} days`);
  if (input.busy.has(base.id)) return verdict(true, 'it is being restored');
  return verdict(false, `before the last ${input.days} days`);
}

/** Ids of what is kept, with everything that it builds on. */
function keptWithParents(verdicts: readonly BaseVerdict[], bases: readonly Base[]): ReadonlySet<string> {
  const kept = new Set(verdicts.filter((one) => one.keep).map((one) => one.base.id));
  for (const id of kept) {
    const parent = bases.find((base) => base.id === id)?.manifest?.parent;
    // A set that grows while it is walked through is walked to its new end.
    if (parent != null && bases.some((base) => base.id === parent)) kept.add(parent);
  }
  return kept;
}

/** The start of the oldest kept one; one that cannot be understood could begin anywhere. */
function cutOf(verdicts: readonly BaseVerdict[], kept: ReadonlySet<string>): Lsn | null {
  const stays = verdicts.map((one) => one.base).filter((base) => kept.has(base.id));
  if (stays.some((base) => base.manifest === null)) return null;
  return stays.map((base) => base.start).reduce(min);
}

function filesBefore(cut: Lsn, { segments, others, segmentSize }: RetentionInput): readonly string[] {
  const first = segmentOf(cut, segmentSize);
  const going = segments.filter((one) => one.number < first).map((one) => one.name);
  // Behind the timeline a name is the position in digits of fixed width: its order is that of the WAL.
  const limit = segmentText({ timeline: 0, number: first }, segmentSize).slice(8);
  return [...going, ...others.filter((name) => name.slice(8, 24) < limit).sort()];
}
