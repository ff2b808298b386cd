/** Who says what time it is: jobs and tests. An application's login gets the time of the transaction, whatever it passes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { login } from '../support/database.ts';
import { actingAs, only, outcome, useMarketplace } from './support/marketplace.ts';
import { addSubject, addTutor, addUser, call, type Tutor } from './support/people.ts';

const db = useMarketplace();
const APPLICATION = `market_app_${process.pid}`;
const JOB = `market_job_${process.pid}`;
let tutor: Tutor;
let student: number;
let subject: number;
let booking: number;

beforeAll(() =>
  db.session(async (s) => {
    [tutor, student, subject] = [await addTutor(s), await addUser(s), await addSubject(s)];
    await s.batch(
      `CREATE ROLE ${APPLICATION} ${login()} IN ROLE app_user; CREATE ROLE ${JOB} ${login()} IN ROLE app_user, app_system`,
    );
    const tomorrow = new Date(Date.now() + 20 * 3_600_000);
    tomorrow.setUTCMinutes(0, 0, 0);
    const lesson = {
      p_tutor_profile_id: tutor.id,
      p_subject_id: subject,
      p_start_time: tomorrow,
      p_end_time: new Date(tomorrow.getTime() + 3_600_000),
    };
    booking = (await actingAs(s, student, () => call(s, 'create_booking', lesson))).id;
    await actingAs(s, tutor.userId, () => call(s, 'accept_booking', { p_booking_id: booking }));
  }),
);
afterAll(() => db.session((s) => s.batch(`DROP ROLE ${APPLICATION}; DROP ROLE ${JOB}`)));

/** Tried by somebody who logged in as `user`; nothing is kept. */
const attempt = (user: string, actor: number, sql: string): Promise<string> =>
  withSession({ ...db.target(), user }, (s: Session) =>
    outcome(
      actingAs(s, actor, async () => {
        await s.query(sql);
        await s.query('ROLLBACK; BEGIN');
      }),
    ),
  );

describe('a student who would be charged for cancelling late', () => {
  const cancel = (now: string): string => `SELECT cancel_booking(${booking}${now})`;
  test('cannot say through the application that it is last week', async () => {
    expect(await attempt(APPLICATION, student, cancel(`, p_now => now() - interval '7 days'`))).toBe('BK002');
    expect(await attempt(APPLICATION, student, cancel(`, p_now => NULL`))).toBe('22004');
    expect(await attempt(APPLICATION, student, cancel(''))).toBe('ok');
    expect(await attempt(APPLICATION, student, cancel(', p_now => now()'))).toBe('ok');
  });
  test('may be moved in time by a login that is a member of app_system', async () => {
    expect(await attempt(JOB, student, cancel(`, p_now => now() - interval '7 days'`))).toBe('ok');
  });
});

test('every granted function that is told the time asks who tells it, and takes no null for one', async () => {
  const functions = await db.session((s) =>
    s.query<{ name: string; asks: boolean; defaults: boolean }>(`
      SELECT proname AS name, prosrc ~ 'PERFORM check_clock\\(p_now\\)' AS asks, pg_get_function_arguments(oid) ~ 'p_now timestamp with time zone DEFAULT now\\(\\)' AS defaults
      FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND 'p_now' = ANY (proargnames)
        AND (has_function_privilege('app_user', oid, 'EXECUTE') OR has_function_privilege('app_system', oid, 'EXECUTE')) ORDER BY 1`),
  );
  expect(functions.length).toBeGreaterThanOrEqual(18);
  expect(functions.filter(({ asks, defaults }) => !asks || !defaults)).toEqual([]);
});

test('functions look their tables up where nobody else creates', () =>
  db.session(async (s) => {
    const row = await only(
      s.query(`SELECT array_agg(rolname::text) AS roles FROM pg_roles
        WHERE rolname ~ '^(app_user|app_readonly|app_system|app_backup|market_)' AND has_schema_privilege(oid, 'public', 'CREATE')`),
    );
    expect(row.roles).toBe(null);
  }));
