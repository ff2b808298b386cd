/**
 * Which backups to keep. Pure: the same list gives the same answer, in whatever order it comes. docs/backups.md has the
 * rules in words.
 *
 * Each rule stands by itself (restic's reading, not Proxmox's): "7 daily" is the newest good backup of each of the last
 * seven days that have one. Days without a backup do not count, so a week of failures pushes nothing out; and a
 * backup may be kept by several rules. Age by the clock is not asked at all: a policy by age deletes the good ones while
 * new ones fail.
 */
import { byCode } from '../base/canonical.ts';

export interface RetentionPolicy {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  /** Where days begin: an IANA name. */
  readonly timeZone: string;
}

export interface Candidate {
  readonly id: string;
  /** Null when its manifest cannot be read: it may be any database's. */
  readonly database: string | null;
  /** System identifier of its server; null: not recorded. */
  readonly system: string | null;
  /** The moment that it shows, in milliseconds. */
  readonly at: number;
  /** `failed`: whole, but its last drill failed. */
  readonly state: 'good' | 'damaged' | 'unverified' | 'failed';
  /** Why it must stay; null: nobody said so. */
  readonly held: string | null;
}

export interface Verdict extends Candidate {
  readonly keep: boolean;
  /** Why: `daily 2026-11-22`, `held: …`. */
  readonly reasons: readonly string[];
}

export interface RetentionPlan {
  readonly database: string | null;
  readonly system: string | null;
  /** Why nothing may be deleted, whatever the rules say; null: nothing stands against it. */
  readonly blocked: string | null;
  /** Newest first. */
  readonly verdicts: readonly Verdict[];
}

export interface RetentionOptions {
  /** True: damaged backups older than the newest good one go too. */
  readonly damaged: boolean;
  /** Why there is no newer backup than these although there should be; null: nothing failed. */
  readonly failure?: string | null;
}

/** Clocks of two machines differ; more than this is a clock that was set. */
const CLOCK_TOLERANCE = 5 * 60_000;

/**
 * A plan per database, by name and server: staging's backups must not push out production's. Those that cannot be read come last, as
 * a group of their own.
 */
export function planRetention(
  candidates: readonly Candidate[],
  policy: RetentionPolicy,
  now: number,
  options: RetentionOptions = { damaged: false },
): readonly RetentionPlan[] {
  const unknown = candidates.filter((one) => one.database === null);
  const plans = originsOf(candidates).map((origin) => {
    const own = newestFirst(
      candidates.filter((one) => one.database === origin.database && one.system === origin.system),
    );
    return { ...origin, ...planOne(own, newestFirst([...own, ...unknown]), { policy, now, options }) };
  });
  if (unknown.length === 0) return plans;
  const limit = Math.min(...plans.map((plan) => newestGood(plan.verdicts)?.at ?? Number.NEGATIVE_INFINITY));
  const clock = clockFault(newestFirst(candidates), now);
  const verdicts = newestFirst(unknown).map((one) =>
    judgeBad(one, clock === null && options.damaged && one.at < limit),
  );
  return [...plans, { database: null, system: null, blocked: clock, verdicts }];
}

type Origin = Pick<Candidate, 'database' | 'system'>;

/** By name, then by server. */
function originsOf(candidates: readonly Candidate[]): readonly Origin[] {
  const found = new Map<string, Origin>();
  for (const { database, system } of candidates) {
    if (database !== null) found.set(`${database}\0${system ?? ''}`, { database, system });
  }
  return [...found].sort(([a], [b]) => byCode(a, b)).map(([, origin]) => origin);
}

interface Rules {
  readonly policy: RetentionPolicy;
  readonly now: number;
  readonly options: RetentionOptions;
}

function planOne(
  own: readonly Candidate[],
  withUnknown: readonly Candidate[],
  { policy, now, options }: Rules,
): Pick<RetentionPlan, 'blocked' | 'verdicts'> {
  const blocked = clockFault(withUnknown, now) ?? failureFault(withUnknown) ?? options.failure ?? null;
  const kept = keptBy(
    own.filter((one) => one.state === 'good'),
    policy,
  );
  const newest = newestGood(own);
  const verdicts = own.map((one): Verdict => {
    if (one.state !== 'good') {
      return judgeBad(one, blocked === null && options.damaged && newest !== undefined && one.at < newest.at);
    }
    const reasons = [...(kept.get(one.id) ?? []), ...heldReason(one)];
    if (one === newest && reasons.length === 0) reasons.push('the newest good one');
    if (reasons.length > 0) return { ...one, keep: true, reasons };
    return {
      ...one,
      keep: blocked !== null,
      reasons: [blocked === null ? 'no rule keeps it' : 'nothing may be deleted'],
    };
  });
  return { blocked, verdicts };
}

/** A backup that cannot be relied upon counts for no rule, and is not deleted unless that was asked for. */
function judgeBad(one: Candidate, deletable: boolean): Verdict {
  const held = heldReason(one);
  const keep = one.state !== 'damaged' || !deletable || held.length > 0;
  const words = { damaged: 'damaged', unverified: 'never verified', failed: 'its last drill failed', good: '' }[
    one.state
  ];
  return { ...one, keep, reasons: [keep ? `${words}: not counted, not deleted` : 'damaged', ...held] };
}

function heldReason({ held }: Candidate): string[] {
  return held === null ? [] : [`held: ${held}`];
}

/** For each kept backup, by id, the rules that keep it. */
function keptBy(good: readonly Candidate[], policy: RetentionPolicy): ReadonlyMap<string, string[]> {
  const kept = new Map<string, string[]>();
  const calendar = calendarOf(policy.timeZone);
  for (const rule of ['daily', 'weekly', 'monthly'] as const) {
    const periods = new Set<string>();
    for (const one of good) {
      if (periods.size >= policy[rule]) break;
      const period = calendar(one.at)[rule];
      if (periods.has(period)) continue;
      periods.add(period);
      kept.set(one.id, [...(kept.get(one.id) ?? []), `${rule} ${period}`]);
    }
  }
  return kept;
}

/** A backup from the future: the clock went back, or was ahead when it was taken. Then no order of backups is sure. */
function clockFault([newest]: readonly Candidate[], now: number): string | null {
  if (newest === undefined || newest.at <= now + CLOCK_TOLERANCE) return null;
  return `backup ${newest.id} is of ${new Date(newest.at).toISOString()}, the clock says ${new Date(now).toISOString()}`;
}

/** While the newest backup is not a good one, the older ones are all there is. */
function failureFault([newest]: readonly Candidate[]): string | null {
  if (newest === undefined || newest.state === 'good') return null;
  const words = { damaged: 'is damaged', unverified: 'was never verified', failed: 'failed its last drill' }[
    newest.state
  ];
  return `the newest backup, ${newest.id}, ${words}`;
}

function newestGood<T extends Candidate>(sorted: readonly T[]): T | undefined {
  return sorted.find((one) => one.state === 'good');
}

function newestFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...candidates].sort((a, b) => b.at - a.at || byCode(b.id, a.id));
}

export interface Periods {
  /** `2026-11-22` */
  readonly daily: string;
  /** ISO 8601: `2026-W47`, Monday to Sunday; the week belongs to the year of its Thursday. */
  readonly weekly: string;
  /** `2026-11` */
  readonly monthly: string;
}

/** Which day, week and month a moment lies in. Throws RangeError for a time zone that does not exist. */
export function calendarOf(timeZone: string): (at: number) => Periods {
  // Swedish dates are ISO dates; the calendar and the digits are fixed whatever the machine's locale.
  const format = new Intl.DateTimeFormat('sv-SE-u-ca-gregory-nu-latn', { timeZone, dateStyle: 'short' });
  return (at) => {
    const daily = format.format(at);
    return { daily, weekly: isoWeek(daily), monthly: daily.slice(0, 7) };
  };
}

const DAY = 86_400_000;

function isoWeek(date: string): string {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const fromMonday = (new Date(midnight).getUTCDay() + 6) % 7;
  const thursday = new Date(midnight + (3 - fromMonday) * DAY);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
