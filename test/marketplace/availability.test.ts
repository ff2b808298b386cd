/** Weekly hours are read on the wall clock of the tutor, so the weeks in which clocks change must come out right. */
import { describe, expect, test } from 'vitest';
import { only, useMarketplace } from './support/marketplace.ts';
import { addTutor } from './support/people.ts';

const db = useMarketplace();

type Case = readonly [start: string, end: string, available: boolean, why: string];

async function check(timezone: string, hours: readonly [string, string], cases: readonly Case[]): Promise<void> {
  await db.session(async (s) => {
    const { id } = await addTutor(s, { timezone, hours });
    for (const [start, end, available, why] of cases) {
      const row = await only<{ ok: boolean }>(s.query('SELECT is_tutor_available($1, $2, $3) AS ok', [id, start, end]));
      expect(row.ok, `${why}: ${start} to ${end}`).toBe(available);
    }
  });
}

describe('Europe/Berlin, 09:00 to 17:00', () => {
  test('keeps the wall clock through both changes of 2026', () =>
    check(
      'Europe/Berlin',
      ['09:00', '17:00'],
      [
        ['2026-03-28T08:00Z', '2026-03-28T09:00Z', true, 'winter: nine is 08:00Z'],
        ['2026-03-28T07:00Z', '2026-03-28T08:00Z', false, 'winter: before nine'],
        ['2026-03-29T07:00Z', '2026-03-29T08:00Z', true, 'first summer day: nine is 07:00Z'],
        ['2026-03-29T15:00Z', '2026-03-29T15:15Z', false, 'first summer day: five is 15:00Z'],
        ['2026-10-24T07:00Z', '2026-10-24T08:00Z', true, 'last summer day'],
        ['2026-10-25T07:00Z', '2026-10-25T08:00Z', false, 'first winter day: eight'],
        ['2026-10-25T15:00Z', '2026-10-25T16:00Z', true, 'first winter day: until five'],
        ['2026-10-25T15:00Z', '2026-10-25T16:01Z', false, 'a minute too long'],
        ['2026-10-25T08:00Z', '2026-10-25T16:00Z', true, 'the whole day'],
      ],
    ));
});

describe('night hours across the change', () => {
  test('Berlin: the skipped hour does not exist, the repeated one counts twice', () =>
    check(
      'Europe/Berlin',
      ['02:00', '03:00'],
      [
        ['2026-03-28T01:00Z', '2026-03-28T02:00Z', true, 'an ordinary night'],
        ['2026-03-29T00:30Z', '2026-03-29T01:30Z', false, '01:30 to 03:30, nothing between'],
        ['2026-03-29T01:00Z', '2026-03-29T02:00Z', false, 'already three'],
        ['2026-10-25T00:00Z', '2026-10-25T01:00Z', true, 'two o’clock, summer'],
        ['2026-10-25T01:00Z', '2026-10-25T02:00Z', true, 'two o’clock, winter'],
        ['2026-10-25T00:00Z', '2026-10-25T02:00Z', true, 'both'],
        ['2026-10-25T00:00Z', '2026-10-25T02:15Z', false, 'then it is three'],
      ],
    ));
  test('a lesson may run over the gap when both sides are open', () =>
    check(
      'Europe/Berlin',
      ['01:00', '04:00'],
      [
        ['2026-03-29T00:30Z', '2026-03-29T01:30Z', true, '01:30, then 03:00 to 03:30'],
        ['2026-03-29T00:00Z', '2026-03-29T02:15Z', false, '04:00 is 02:00Z that day'],
      ],
    ));
  test('New York: its own dates, its own offsets', () =>
    check(
      'America/New_York',
      ['18:00', '21:00'],
      [
        ['2026-03-07T23:00Z', '2026-03-08T02:00Z', true, 'winter: six is 23:00Z'],
        ['2026-03-08T22:00Z', '2026-03-09T01:00Z', true, 'summer: six is 22:00Z'],
        ['2026-03-08T21:45Z', '2026-03-08T22:45Z', false, 'too early'],
        ['2026-10-31T22:00Z', '2026-11-01T01:00Z', true, 'last summer evening'],
        ['2026-11-01T22:00Z', '2026-11-01T23:00Z', false, 'five in the afternoon, winter'],
        ['2026-11-01T23:00Z', '2026-11-02T02:00Z', true, 'first winter evening'],
      ],
    ));
  test('New York: one o’clock comes twice on the first of November', () =>
    check(
      'America/New_York',
      ['01:00', '02:00'],
      [
        ['2026-11-01T05:00Z', '2026-11-01T07:00Z', true, 'EDT, then EST'],
        ['2026-11-01T05:00Z', '2026-11-01T07:15Z', false, 'two o’clock'],
      ],
    ));
});

describe('windows', () => {
  test('join at midnight, and odd offsets lie on the grid too', async () => {
    await check('UTC', ['00:00', '24:00'], [['2026-05-01T22:00Z', '2026-05-02T03:00Z', true, 'over midnight']]);
    await check(
      'Asia/Kathmandu',
      ['09:00', '10:00'],
      [
        ['2026-05-01T03:15Z', '2026-05-01T04:15Z', true, 'nine is 03:15Z'],
        ['2026-05-01T03:00Z', '2026-05-01T04:00Z', false, 'a quarter to nine'],
      ],
    );
  });

  test('know the weekday, their dates, and time off', () =>
    db.session(async (s) => {
      const { id } = await addTutor(s, { timezone: 'Pacific/Auckland', hours: null });
      await s.query(
        `INSERT INTO tutor_availabilities (tutor_profile_id, day_of_week, start_time, end_time, effective_from, effective_until)
         VALUES ($1, 1, '09:00', '12:00', '2026-05-01', '2026-06-01')`,
        [id],
      );
      await s.query(
        `INSERT INTO tutor_blackouts (tutor_profile_id, start_at, end_at) VALUES ($1, '2026-05-17T21:30Z', '2026-05-17T22:00Z')`,
        [id],
      );
      const ask = async (start: string, end: string): Promise<boolean> =>
        (await only<{ ok: boolean }>(s.query('SELECT is_tutor_available($1, $2, $3) AS ok', [id, start, end]))).ok;
      expect(await ask('2026-05-10T21:00Z', '2026-05-11T00:00Z')).toBe(true);
      expect(await ask('2026-05-11T21:00Z', '2026-05-11T22:00Z')).toBe(false);
      expect(await ask('2026-04-26T21:00Z', '2026-04-26T22:00Z')).toBe(false);
      expect(await ask('2026-05-31T21:00Z', '2026-05-31T22:00Z')).toBe(false);
      expect(await ask('2026-05-17T21:00Z', '2026-05-17T22:00Z')).toBe(false);
      expect(await ask('2026-05-17T22:00Z', '2026-05-17T23:00Z')).toBe(true);
    }));

  test('a tutor without hours is never available', () =>
    check('UTC', ['09:00', '09:15'], [['2026-05-01T09:00Z', '2026-05-01T09:30Z', false, 'too short a window']]));
});
