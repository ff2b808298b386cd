/** What a policy would keep of one backup a day: the calendar of `backup prune --simulate`. Pure. */
import { calendarOf, type Periods, planRetention, type RetentionPolicy } from './retention.ts';

export interface SimulatedDay extends Periods {
  /** Letters of the rules that keep the day's backup: `dwm`; empty: deleted. */
  readonly kept: string;
}

const DAY = 86_400_000;

/** One backup a day at this time of day, as far back as the policy can reach, until today; oldest first. */
export function simulate(policy: RetentionPolicy, now: number): readonly SimulatedDay[] {
  const days = Math.max(policy.daily, policy.weekly * 7, policy.monthly * 31) + 31;
  const calendar = calendarOf(policy.timeZone);
  const times = Array.from({ length: days }, (_, i) => now - (days - 1 - i) * DAY);
  // A day may be met twice or not at all where the clocks change: the calendar shows each once.
  const byDay = new Map(times.map((at) => [calendar(at).daily, at]));
  const candidates = [...byDay].map(([id, at]) => ({
    id,
    at,
    database: '',
    system: null,
    state: 'good' as const,
    held: null,
  }));
  const [plan] = planRetention(candidates, policy, now);
  const kept = new Map(plan?.verdicts.map((one) => [one.id, one.keep ? lettersOf(one.reasons) : '']));
  return [...byDay].map(([day, at]) => ({ ...calendar(at), kept: kept.get(day) ?? '' }));
}

/** A backup that only its being the newest keeps: `n`. */
function lettersOf(reasons: readonly string[]): string {
  const letters = (['daily', 'weekly', 'monthly'] as const).filter((rule) =>
    reasons.some((one) => one.startsWith(rule)),
  );
  return letters.map((rule) => rule[0]).join('') || 'n';
}
