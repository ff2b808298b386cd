/**
 * Random weekly hours, read in zones that change their clocks in their own ways: whether a tutor is available, and every slot that is
 * offered, agree with a model that asks Intl what each minute of a lesson is called on the tutor's wall clock.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { useMarketplace } from './support/marketplace.ts';
import { addTutor } from './support/people.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = Date.UTC(2026, 0, 1);
/** Half an hour of summer time, three quarters of an hour off the hour, the southern half, and one that never changes. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'America/Santiago',
  'Asia/Kathmandu',
] as const;
type Zone = (typeof ZONES)[number];

interface Wall {
  readonly day: number;
  readonly date: string;
  /** Since midnight. */
  readonly minute: number;
}

const clocks = new Map(
  ZONES.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    }),
  ]),
);
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function wallOf(zone: Zone, at: number): Wall {
  const parts = Object.fromEntries((clocks.get(zone)?.formatToParts(at) ?? []).map(({ type, value }) => [type, value]));
  return {
    day: DAYS.indexOf(parts.weekday ?? ''),
    date: `${parts.year}-${parts.month}-${parts.day}`,
    minute: Number(parts.hour) * 60 + Number(parts.minute),
  };
}

/** The hours of the year in which the clock is changed; the middle of the year where it never is. */
function changesOf(zone: Zone): readonly number[] {
  const hours = Array.from({ length: 365 * 24 }, (_, i) => YEAR + i * HOUR);
  const changes = hours.filter((at) => (wallOf(zone, at + HOUR).minute - wallOf(zone, at).minute + 1440) % 1440 !== 60);
  return changes.length > 0 ? changes : [YEAR + 180 * 24 * HOUR];
}

interface Window {
  readonly day: number;
  /** Quarters of an hour since midnight. */
  readonly from: number;
  readonly until: number;
  readonly since: string | null;
}

interface Week {
  readonly zone: Zone;
  readonly windows: readonly Window[];
  readonly off: readonly [number, number];
  readonly lessons: readonly (readonly [number, number])[];
}

function isAvailable({ zone, windows, off }: Week, start: number, end: number): boolean {
  if (start < off[1] && off[0] < end) return false;
  for (let at = start; at < end; at += MINUTE) {
    const { day, date, minute } = wallOf(zone, at);
    const open = windows.some(
      (one) =>
        one.day === day &&
        minute >= one.from * 15 &&
        minute < one.until * 15 &&
        (one.since === null || date >= one.since),
    );
    if (!open) return false;
  }
  return true;
}

const known = new Map(ZONES.map((zone) => [zone, changesOf(zone)]));

/** Around a change of clocks: nine tenths of the day are open, so that lessons fit about as often as not. */
const weeks: fc.Arbitrary<Week> = fc.constantFrom(...ZONES).chain((zone) =>
  fc.constantFrom(...(known.get(zone) ?? [])).chain((change) => {
    const near = fc.integer({ min: -30, max: 30 }).map((quarters) => change + quarters * 15 * MINUTE);
    const today = wallOf(zone, change);
    const since = fc.constantFrom(null, null, today.date, wallOf(zone, change + 24 * HOUR).date);
    const day = fc
      .tuple(fc.uniqueArray(fc.integer({ min: 1, max: 95 }), { maxLength: 3 }), since, fc.boolean())
      .map(([cuts, from, gap]) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), 96];
        const spans = edges.slice(1).map((until, i) => ({ from: edges[i] as number, until, since: from }));
        return gap ? spans.toSpliced(spans.length - 1, 1) : spans;
      });
    return fc.record({
      zone: fc.constant(zone),
      windows: fc
        .tuple(day, day, day)
        .map((days) => days.flatMap((spans, i) => spans.map((one) => ({ ...one, day: (today.day + 6 + i) % 7 })))),
      off: near.map((at) => [at, at + 20 * MINUTE] as const),
      lessons: fc.array(
        fc
          .tuple(near, fc.constantFrom(0, 0, 5, 7), fc.constantFrom(15, 30, 45, 60, 90, 240))
          .map(([at, later, length]) => [at + later * MINUTE, at + (later + length) * MINUTE] as const),
        { minLength: 8, maxLength: 8 },
      ),
    });
  }),
);

const db = useMarketplace();
const tutors = new Map<Zone, number>();
beforeAll(() =>
  db.session(async (s) => {
    for (const timezone of ZONES) tutors.set(timezone, (await addTutor(s, { timezone, hours: null })).id);
  }),
);

const time = (quarters: number): string =>
  `${Math.floor(quarters / 4)}:${String((quarters % 4) * 15).padStart(2, '0')}`;
const iso = (at: number): string => new Date(at).toISOString();

type Answers = readonly [{ readonly told: readonly boolean[] }, { readonly slots: readonly Date[] }];

test('any hours, around any change of clocks', () =>
  db.session(async (s) => {
    const seen = { true: 0, false: 0 };
    const agrees = fc.asyncProperty(weeks, async (week) => {
      const { zone, windows, off, lessons } = week;
      const id = tutors.get(zone) as number;
      const rows = windows.map(
        (one) =>
          `(${id}, ${one.day}, '${time(one.from)}', '${time(one.until)}', ${one.since === null ? 'NULL' : `'${one.since}'`})`,
      );
      const asked = lessons.map(([start, end]) => `(is_tutor_available(${id}, '${iso(start)}', '${iso(end)}'))`);
      const [from, until] = [off[0] - 3 * HOUR, off[0] + 3 * HOUR];
      await s.query('BEGIN');
      try {
        const results = await s.batch(
          `${rows.length === 0 ? 'SELECT 1' : `INSERT INTO tutor_availabilities (tutor_profile_id, day_of_week, start_time, end_time, effective_from) VALUES ${rows.join(', ')}`};
           INSERT INTO tutor_blackouts (tutor_profile_id, start_at, end_at) VALUES (${id}, '${iso(off[0])}', '${iso(off[1])}');
           SELECT array_agg(ok) AS told FROM (VALUES ${asked.join(', ')}) AS asked (ok);
           SELECT coalesce(array_agg(at), '{}') AS slots FROM available_slots(${id}, '${iso(from)}', '${iso(until)}', '45 minutes') AS at`,
        );
        const [{ told }, { slots }] = results.slice(2).map(({ rows: [row] }) => row) as unknown as Answers;
        const wanted = lessons.map(([start, end]) => isAvailable(week, start, end));
        expect(told).toEqual(wanted);
        for (const one of wanted) seen[`${one}`] += 1;
        const starts = Array.from(
          { length: 13 },
          (_, i) => Math.ceil(from / (30 * MINUTE)) * 30 * MINUTE + i * 30 * MINUTE,
        );
        const free = starts.filter((at) => at + 45 * MINUTE <= until && isAvailable(week, at, at + 45 * MINUTE));
        expect(slots.map(Number)).toEqual(free);
      } finally {
        await s.query('ROLLBACK');
      }
    });
    await fc.assert(agrees, { numRuns: 150 });
    // Both answers often enough for either to be wrong.
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(200);
  }));
