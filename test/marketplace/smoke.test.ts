/** The script that proves a new installation: it books once, shows the lesson when repeated, and says what is missing when it cannot. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import { ServerError } from '../../src/pg/server-error.ts';
import { only, useMarketplace } from './support/marketplace.ts';
import { loadSet } from './support/seeds.ts';

const db = useMarketplace();
const SCRIPT = readFileSync('sql/smoke/book_and_accept.sql', 'utf8');

async function run(s: Session): Promise<unknown> {
  const results = await s.batch(SCRIPT);
  return results.flatMap(({ rows }) => rows).at(-1);
}

async function refusal(): Promise<string> {
  const thrown = await db.session((s) => run(s)).catch((error: unknown) => error);
  if (!(thrown instanceof ServerError)) throw new Error(`expected a refusal, got ${String(thrown)}`);
  return `${thrown.message} | ${thrown.fields.hint ?? ''}`;
}

const lessonsAhead = (): Promise<{ n: number }> =>
  db.session((s) =>
    only(
      s.query<{ n: number }>(`SELECT count(*)::int AS n FROM bookings WHERE student_id = 21 AND start_time > now()`),
    ),
  );

test('without the demo it says so', async () => {
  expect(await refusal()).toBe('the people of the demo are not there | Load them: strata seed demo');
});

test('books past what both have already, as people without any right of the migrating role, and only once', async () => {
  await db.session((s) => loadSet(s, 'demo'));
  // Another tutor's lesson of the student takes the hour that would come first.
  await db.session((s) =>
    s.query(`INSERT INTO bookings (tutor_profile_id, student_id, subject_id, tutor_name, student_name, subject_name, rate_cents, pricing_snapshot, start_time, end_time,
        session_state, payment_state)
      SELECT 2, 21, 1, 't', 's', 'x', 0, '{}', free, free + interval '1 hour', 'SCHEDULED', 'AUTHORIZED'
      FROM available_slots(1, now() + interval '1 day', now() + interval '30 days') AS free LIMIT 1`),
  );
  const shown = await db.session((s) => run(s));
  expect(shown).toMatchObject({ session: 'SCHEDULED', payment: 'AUTHORIZED' });
  expect(await lessonsAhead()).toEqual({ n: 2 });
  expect(await db.session((s) => run(s))).toEqual(shown);
  expect(await lessonsAhead()).toEqual({ n: 2 });
});

test('without a free hour it names the tutor and where to look', async () => {
  await db.session((s) =>
    s.batch(`UPDATE bookings SET deleted_at = now() WHERE student_id = 21 AND start_time > now();
      INSERT INTO tutor_blackouts (tutor_profile_id, start_at, end_at) VALUES (1, now(), now() + interval '60 days')`),
  );
  expect(await refusal()).toMatch(/^tutor 1 has no free hour in the next 30 days \| See tutor_availabilities/);
});
