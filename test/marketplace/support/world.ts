/** Two students, three tutors, an administrator, and one row of everything about one lesson, for tests of who sees and writes what. */
import type { Session } from '../../../src/pg/pool.ts';
import { addEverythingAround } from './everything.ts';
import { actingAs, only } from './marketplace.ts';
import { addPackage, addSubject, addTutor, addUser, call, type Tutor } from './people.ts';

export interface World {
  readonly subject: number;
  readonly student: number;
  readonly otherStudent: number;
  readonly admin: number;
  readonly tutor: Tutor;
  readonly otherTutor: Tutor;
  readonly hidden: Tutor;
  readonly booking: number;
}

export async function addWorld(s: Session): Promise<World> {
  const subject = await addSubject(s);
  const student = await addUser(s);
  const otherStudent = await addUser(s);
  const admin = await addUser(s, 'admin');
  const tutor = await addTutor(s);
  const otherTutor = await addTutor(s);
  const hidden = await addTutor(s, { approved: false });
  await s.query(`INSERT INTO student_profiles (user_id) VALUES ($1), ($2)`, [student, otherStudent]);
  await s.query(
    `INSERT INTO tutor_blackouts (tutor_profile_id, start_at, end_at) VALUES ($1, '2027-01-01', '2027-01-02')`,
    [tutor.id],
  );
  const pack = await addPackage(s, student, tutor);
  const booking = await actingAs(s, student, async () => {
    const args = { p_start_time: '2026-06-01T10:00Z', p_end_time: '2026-06-01T11:00Z', p_now: '2026-05-01T10:00Z' };
    return (
      await call(s, 'create_booking', {
        p_tutor_profile_id: tutor.id,
        p_subject_id: subject,
        p_package_id: pack,
        p_idempotency_key: 'k',
        ...args,
      })
    ).id;
  });
  await actingAs(s, tutor.userId, () =>
    call(s, 'accept_booking', { p_booking_id: booking, p_now: '2026-05-01T10:00Z' }),
  );
  const { id: payment } = await only<{ id: number }>(
    s.query(
      `INSERT INTO payments (booking_id, student_id, amount_cents, status, captured_at) VALUES ($1, $2, 100, 'CAPTURED', now()) RETURNING id`,
      [booking, student],
    ),
  );
  await s.query(`INSERT INTO refunds (payment_id, amount_cents, currency, reason) VALUES ($1, 1, 'EUR', 'GOODWILL')`, [
    payment,
  ]);
  await s.query(`INSERT INTO payouts (tutor_profile_id, amount_cents, currency) VALUES ($1, 1, 'EUR')`, [tutor.id]);
  await s.query(
    `SELECT post_transfer(wallet_for('external', NULL, 'EUR'), wallet_for('user', $1, 'EUR'), 5, 'DEPOSIT', NULL)`,
    [tutor.userId],
  );
  await s.query(
    'INSERT INTO reviews (booking_id, tutor_profile_id, student_id, rating, is_visible) VALUES ($1, $2, $3, 5, false)',
    [booking, tutor.id, student],
  );
  await addEverythingAround(s, { student, tutorUser: tutor.userId, tutor: tutor.id, booking, subject });
  return { subject, student, otherStudent, admin, tutor, otherTutor, hidden, booking };
}
