/** The seeds load through the project's own loader, twice without a change, and a lesson can be booked on top of them. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { LoadedFile } from '../../src/seed/load.ts';
import { as, only, useMarketplace } from './support/marketplace.ts';
import { call } from './support/people.ts';
import { loadSet } from './support/seeds.ts';

const db = useMarketplace();
let first: readonly LoadedFile[];
const load = (): Promise<readonly LoadedFile[]> => db.session((s) => loadSet(s, 'demo'));

beforeAll(async () => {
  first = await load();
});

test('every row is new the first time, and unchanged the second', async () => {
  for (const file of first) expect([file.file, file.inserted]).toEqual([file.file, file.rows]);
  const second = await load();
  for (const file of second) expect([file.file, file.unchanged]).toEqual([file.file, file.rows]);
  const versions = await db.session((s) =>
    s.query('SELECT id FROM bookings WHERE version <> 1 OR updated_at <> (SELECT min(updated_at) FROM bookings)'),
  );
  expect(versions).toEqual([]);
});

describe('the demo', () => {
  test('has lessons in every state, outcome, payment state and dispute state', async () => {
    const distinct = async (column: string): Promise<readonly unknown[]> =>
      (
        await db.session((s) => s.query(`SELECT DISTINCT ${column} AS value FROM bookings WHERE ${column} IS NOT NULL`))
      ).map((row) => row.value);
    expect(await distinct('session_state')).toHaveLength(6);
    expect(await distinct('session_outcome')).toHaveLength(4);
    expect(await distinct('payment_state')).toHaveLength(6);
    expect(await distinct('dispute_state')).toHaveLength(4);
  });

  test('keeps to the hours of its tutors', async () => {
    const outside = await db.session((s) =>
      s.query('SELECT id FROM bookings WHERE NOT is_tutor_available(tutor_profile_id, start_time, end_time)'),
    );
    expect(outside).toEqual([]);
  });

  test('packages count exactly the lessons booked with them', async () => {
    const wrong = await db.session((s) =>
      s.query(`SELECT p.id FROM student_packages p WHERE sessions_used <>
        (SELECT count(*) FROM bookings b WHERE b.package_id = p.id AND credit_restored_at IS NULL)`),
    );
    expect(wrong).toEqual([]);
  });

  test('a student books the next free hour of Lena Hoffmann, and she accepts', async () => {
    const booked = await as(db, 22, async (s) => {
      const slots = `SELECT start FROM available_slots(1, now() + interval '1 day', now() + interval '15 days') AS start LIMIT 1`;
      const { start } = await only<{ start: Date }>(s.query(slots));
      const end = new Date(start.getTime() + 3_600_000);
      return call(s, 'create_booking', {
        p_tutor_profile_id: 1,
        p_subject_id: 1,
        p_start_time: start,
        p_end_time: end,
      });
    });
    expect(booked).toMatchObject({
      session_state: 'REQUESTED',
      tutor_name: 'Lena Hoffmann',
      student_name: 'Noah Fischer',
    });
    const accepted = await as(db, 11, (s) => call(s, 'accept_booking', { p_booking_id: booked.id }));
    expect(accepted).toMatchObject({ session_state: 'SCHEDULED', payment_state: 'AUTHORIZED', version: 2 });
  });
});
