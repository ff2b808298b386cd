/** The rules of retention, as properties over random backups and as cases that calendars are good at breaking. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Candidate,
  calendarOf,
  planRetention,
  type RetentionPolicy,
  type Verdict,
} from '../../src/backup/retention.ts';
import { simulate } from '../../src/backup/simulation.ts';
import { isId, newId } from '../../src/disk/store.ts';

const GFS: RetentionPolicy = { daily: 7, weekly: 4, monthly: 12, timeZone: 'UTC' };
const DAY = 86_400_000;
const NOW = Date.parse('2026-11-22T12:00:00Z');

const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Australia/Lord_Howe');
const policies: fc.Arbitrary<RetentionPolicy> = fc.record({
  daily: fc.nat(10),
  weekly: fc.nat(6),
  monthly: fc.nat(14),
  timeZone: zones,
});
const candidate: fc.Arbitrary<Candidate> = fc.record({
  id: fc.uuid(),
  database: fc.constantFrom('shop', 'books', null),
  system: fc.constantFrom('1', '2', null),
  at: fc.integer({ min: NOW - 800 * DAY, max: NOW }),
  state: fc.constantFrom('good', 'good', 'good', 'damaged', 'unverified', 'failed'),
  held: fc.constantFrom(null, null, null, 'audit'),
});
const lists = fc.uniqueArray(candidate, { selector: (one) => one.id, maxLength: 60 });
const goodLists = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    database: fc.constant('shop'),
    system: fc.constant('1'),
    at: fc.integer({ min: NOW - 800 * DAY, max: NOW }),
    state: fc.constant('good' as const),
    held: fc.constant(null),
  }),
  { selector: (one) => one.id, minLength: 1, maxLength: 80 },
);

const ORIGINS = ['shop', 'books'].flatMap((database) => ['1', '2', null].map((system) => [database, system] as const));

function is(one: Candidate, database: string, system: string | null): boolean {
  return one.database === database && one.system === system;
}

function verdicts(list: readonly Candidate[], policy = GFS, now = NOW, damaged = false): readonly Verdict[] {
  return planRetention(list, policy, now, { damaged }).flatMap((plan) => plan.verdicts);
}

function deleted(list: readonly Candidate[], policy = GFS, now = NOW, damaged = false): string[] {
  return verdicts(list, policy, now, damaged)
    .filter((one) => !one.keep)
    .map((one) => one.id)
    .sort();
}

function survivors(list: readonly Candidate[], policy = GFS): readonly Candidate[] {
  const gone = new Set(deleted(list, policy));
  return list.filter((one) => !gone.has(one.id));
}

describe('whatever the backups and the policy', () => {
  test('every backup has one verdict with a reason', () => {
    fc.assert(
      fc.property(lists, policies, fc.boolean(), (list, policy, damaged) => {
        const all = verdicts(list, policy, NOW, damaged);
        expect(all.map((one) => one.id).sort()).toEqual(list.map((one) => one.id).sort());
        expect(all.every((one) => one.reasons.length > 0)).toBe(true);
      }),
    );
  });

  test('the newest good backup of each database of each server stays, even when the policy keeps nothing', () => {
    fc.assert(
      fc.property(lists, policies, fc.boolean(), (list, policy, damaged) => {
        const gone = new Set(deleted(list, policy, NOW, damaged));
        for (const [database, system] of ORIGINS) {
          const good = list.filter((one) => is(one, database, system) && one.state === 'good');
          const newest = Math.max(...good.map((one) => one.at));
          if (good.length > 0) expect(good.some((one) => one.at === newest && !gone.has(one.id))).toBe(true);
        }
      }),
    );
  });

  test('only good ones are deleted, or damaged ones when asked; held ones never', () => {
    fc.assert(
      fc.property(lists, policies, fc.boolean(), (list, policy, damaged) => {
        for (const one of verdicts(list, policy, NOW, damaged).filter(({ keep }) => !keep)) {
          expect(one.held).toBeNull();
          expect(damaged ? ['good', 'damaged'] : ['good']).toContain(one.state);
        }
      }),
    );
  });

  test('nothing is deleted while the newest is not good, or no good one is there', () => {
    fc.assert(
      fc.property(lists, policies, fc.boolean(), (list, policy, damaged) => {
        const gone = new Set(deleted(list, policy, NOW, damaged));
        for (const [database, system] of ORIGINS) {
          const own = list.filter((one) => is(one, database, system));
          const all = list.filter((one) => is(one, database, system) || one.database === null);
          const newest = Math.max(...all.map((one) => one.at));
          const failing =
            all.some((one) => one.at === newest && one.state !== 'good') &&
            all.filter((one) => one.at === newest).length === 1;
          if (failing || !own.some((one) => one.state === 'good'))
            expect(own.some((one) => gone.has(one.id))).toBe(false);
        }
      }),
    );
  });

  test('nothing is deleted while the last backup that should have been taken was not', () => {
    fc.assert(
      fc.property(lists, policies, fc.boolean(), (list, policy, damaged) => {
        const plans = planRetention(list, policy, NOW, { damaged, failure: 'the last one failed' });
        const read = plans.filter((plan) => plan.database !== null);
        expect(read.every(({ blocked }) => blocked !== null)).toBe(true);
        expect(read.flatMap((plan) => plan.verdicts.filter((one) => !one.keep))).toEqual([]);
      }),
    );
  });

  test('a backup more of another server changes nothing', () => {
    fc.assert(
      fc.property(goodLists, goodLists, policies, (list, other, policy) => {
        const staging = other.map((one) => ({ ...one, id: `s-${one.id}`, system: '2' }));
        const gone = deleted([...list, ...staging], policy).filter((id) => !id.startsWith('s-'));
        expect(gone).toEqual(deleted(list, policy));
      }),
    );
  });

  test('nothing is deleted when the clock went back behind the newest', () => {
    fc.assert(
      fc.property(goodLists, policies, fc.integer({ min: 6 * 60_000, max: 3650 * DAY }), (list, policy, back) => {
        const newest = Math.max(...list.map((one) => one.at));
        const [plan] = planRetention(list, policy, newest - back);
        expect(plan?.blocked).toMatch(/the clock says/);
        expect(deleted(list, policy, newest - back)).toEqual([]);
      }),
    );
  });

  test('the order of the list does not matter, nor does the clock once it is past the newest', () => {
    fc.assert(
      fc.property(lists, policies, fc.nat(1000), (list, policy, later) => {
        const asked = deleted(list, policy);
        expect(deleted([...list].reverse(), policy)).toEqual(asked);
        expect(
          deleted(
            [...list].sort((a, b) => (a.id < b.id ? -1 : 1)),
            policy,
          ),
        ).toEqual(asked);
        expect(deleted(list, policy, NOW + later * DAY)).toEqual(asked);
      }),
    );
  });

  test('done twice is done once', () => {
    fc.assert(
      fc.property(lists, policies, (list, policy) => {
        expect(deleted(survivors(list, policy), policy)).toEqual([]);
      }),
    );
  });

  test('at most daily + weekly + monthly stay, one at least', () => {
    fc.assert(
      fc.property(goodLists, policies, (list, policy) => {
        const stay = survivors(list, policy).length;
        expect(stay).toBeGreaterThanOrEqual(1);
        expect(stay).toBeLessThanOrEqual(Math.max(1, policy.daily + policy.weekly + policy.monthly));
      }),
    );
  });

  test('one more backup costs each rule at most one other: that of its period, or the oldest period', () => {
    fc.assert(
      fc.property(goodLists, policies, fc.integer({ min: NOW - 800 * DAY, max: NOW }), (list, policy, at) => {
        const before = new Set(survivors(list, policy).map((one) => one.id));
        const extra: Candidate = { id: 'extra', database: 'shop', system: '1', at, state: 'good', held: null };
        const after = new Set(survivors([...list, extra], policy).map((one) => one.id));
        expect([...before].filter((id) => !after.has(id)).length).toBeLessThanOrEqual(3);
        // And it brings none back.
        expect([...after].filter((id) => id !== 'extra' && !before.has(id))).toEqual([]);
      }),
    );
  });

  test('pruned after every backup, the same ones are left as pruned once at the end', () => {
    fc.assert(
      fc.property(goodLists, policies, (list, policy) => {
        let here: readonly Candidate[] = [];
        for (const one of [...list].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)))
          here = survivors([...here, one], policy);
        expect(here.map((one) => one.id).sort()).toEqual(
          survivors(list, policy)
            .map((one) => one.id)
            .sort(),
        );
      }),
    );
  });

  test('databases do not count for each other', () => {
    fc.assert(
      fc.property(goodLists, goodLists, policies, (shop, other, policy) => {
        const books = other.map((one) => ({ ...one, id: `b-${one.id}`, database: 'books' }));
        expect(deleted([...shop, ...books], policy)).toEqual(
          [...deleted(shop, policy), ...deleted(books, policy)].sort(),
        );
      }),
    );
  });
});

describe('calendars', () => {
  test.each([
    ['2026-12-31T12:00:00Z', 'UTC', '2026-12-31', '2026-W53'],
    ['2027-01-03T12:00:00Z', 'UTC', '2027-01-03', '2026-W53'],
    ['2027-01-04T00:00:00Z', 'UTC', '2027-01-04', '2027-W01'],
    ['2024-12-30T00:00:00Z', 'UTC', '2024-12-30', '2025-W01'],
    ['2028-02-29T23:59:59Z', 'UTC', '2028-02-29', '2028-W09'],
    ['2026-03-29T00:30:00Z', 'Europe/Berlin', '2026-03-29', '2026-W13'],
    ['2026-03-28T23:30:00Z', 'Europe/Berlin', '2026-03-29', '2026-W13'],
    ['2026-10-25T23:30:00Z', 'Europe/Berlin', '2026-10-26', '2026-W44'],
  ])('%s in %s is %s, %s', (time, timeZone, daily, weekly) => {
    expect(calendarOf(timeZone)(Date.parse(time))).toEqual({ daily, weekly, monthly: daily.slice(0, 7) });
  });

  test.each(['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe'])(
    'no day is lost around changes of the clock in %s: 30 daily are 30 days',
    (timeZone) => {
      const policy = { daily: 30, weekly: 0, monthly: 0, timeZone };
      for (const now of ['2026-04-10T04:00:00Z', '2026-11-05T04:00:00Z', '2027-01-10T23:30:00Z']) {
        const kept = simulate(policy, Date.parse(now)).filter((day) => day.kept);
        expect(kept.map((day) => day.kept)).toEqual(Array(30).fill('d'));
        expect(new Set(kept.map((day) => day.daily)).size).toBe(30);
      }
    },
  );

  test('7 daily, 4 weekly, 12 monthly of one backup a day', () => {
    const kept = simulate(GFS, NOW).filter((day) => day.kept);
    expect(kept.map((day) => `${day.daily} ${day.kept}`)).toEqual([
      '2025-12-31 m',
      '2026-01-31 m',
      '2026-02-28 m',
      '2026-03-31 m',
      '2026-04-30 m',
      '2026-05-31 m',
      '2026-06-30 m',
      '2026-07-31 m',
      '2026-08-31 m',
      '2026-09-30 m',
      '2026-10-31 m',
      '2026-11-01 w',
      '2026-11-08 w',
      '2026-11-15 w',
      '2026-11-16 d',
      '2026-11-17 d',
      '2026-11-18 d',
      '2026-11-19 d',
      '2026-11-20 d',
      '2026-11-21 d',
      '2026-11-22 dwm',
    ]);
  });
});

test('ids are in the order in which they were made, also within a second', () => {
  const at = Date.UTC(2026, 1, 3, 4, 5, 6);
  const ids = Array.from({ length: 1000 }, (_, ms) => newId(new Date(at + ms)));
  expect(ids.every(isId)).toBe(true);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(Array.from({ length: 200 }, () => newId(new Date(at)))).size).toBeGreaterThan(190);
  expect(newId(new Date(at + 10), () => Uint8Array.of(0x12, 0x34, 0x56))).toBe('20260203T040506Z-00a23456');
});
