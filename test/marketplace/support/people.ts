/** People and things to test with: each call makes new ones, so tests do not meet. */
import type { Session } from '../../../src/pg/pool.ts';
import { only } from './marketplace.ts';

let counter = 0;

export async function addUser(s: Session, role = 'student', timezone = 'UTC'): Promise<number> {
  counter += 1;
  const { id } = await only<{ id: number }>(
    s.query('INSERT INTO users (email, hashed_password, role, timezone) VALUES ($1, $2, $3, $4) RETURNING id', [
      `person${counter}@example.org`,
      'x',
      role,
      timezone,
    ]),
  );
  await s.query('INSERT INTO user_profiles (user_id, first_name, last_name) VALUES ($1, $2, $3)', [
    id,
    `First${counter}`,
    `Last${counter}`,
  ]);
  return id;
}

export interface Tutor {
  readonly userId: number;
  readonly id: number;
}

export interface TutorOptions {
  readonly timezone?: string;
  readonly approved?: boolean;
  /** Every day of the week, local time. */
  readonly hours?: readonly [string, string] | null;
  readonly rate?: string;
}

export async function addTutor(s: Session, options: TutorOptions = {}): Promise<Tutor> {
  const { timezone = 'UTC', approved = true, hours = ['00:00', '24:00'], rate = '40.00' } = options;
  const userId = await addUser(s, 'tutor', timezone);
  const { id } = await only<{ id: number }>(
    s.query(
      `INSERT INTO tutor_profiles (user_id, title, hourly_rate, currency, is_approved, profile_status)
       VALUES ($1, 'Tutor', $2, 'EUR', $3, $4) RETURNING id`,
      [userId, rate, approved, approved ? 'approved' : 'incomplete'],
    ),
  );
  // Tests about anything else need not say what is taught: every tutor teaches every subject.
  await s.query('INSERT INTO tutor_subjects (tutor_profile_id, subject_id) SELECT $1, id FROM subjects', [id]);
  if (hours) {
    await s.query(
      `INSERT INTO tutor_availabilities (tutor_profile_id, day_of_week, start_time, end_time)
       SELECT $1, day, $2, $3 FROM generate_series(0, 6) AS day`,
      [id, ...hours],
    );
  }
  return { userId, id };
}

export async function addSubject(s: Session): Promise<number> {
  counter += 1;
  const { id } = await only<{ id: number }>(
    s.query('INSERT INTO subjects (code, name, category) VALUES ($1, $2, $3) RETURNING id', [
      `subject_${counter}`,
      `Subject ${counter}`,
      'science',
    ]),
  );
  await s.query('INSERT INTO tutor_subjects (tutor_profile_id, subject_id) SELECT id, $1 FROM tutor_profiles', [id]);
  return id;
}

export async function addPackage(
  s: Session,
  student: number,
  tutor: Tutor,
  options: { readonly sessions?: number; readonly expires?: string | null } = {},
): Promise<number> {
  const { sessions = 5, expires = null } = options;
  const { id } = await only<{ id: number }>(
    s.query(
      `INSERT INTO student_packages (student_id, tutor_profile_id, sessions_purchased, sessions_remaining, purchase_price_cents, currency, purchased_at, expires_at)
       VALUES ($1, $2, $3, $3, 9999, 'EUR', '2026-01-01', $4) RETURNING id`,
      [student, tutor.id, sessions, expires],
    ),
  );
  return id;
}

/** Columns of bookings as tests read them. */
export interface Booking {
  readonly id: number;
  readonly version: number;
  readonly session_state: string;
  readonly session_outcome: string | null;
  readonly payment_state: string;
  readonly dispute_state: string;
  readonly cancelled_by_role: string | null;
  readonly rate_cents: number;
  readonly platform_fee_cents: number;
  readonly tutor_earnings_cents: number;
  readonly currency: string;
  readonly tutor_name: string;
  readonly student_name: string;
  readonly subject_name: string;
  readonly pricing_snapshot: Readonly<Record<string, unknown>>;
  readonly package_id: number | null;
  readonly credit_restored_at: Date | null;
  readonly start_time: Date;
  readonly end_time: Date;
}

/** Calls a procedure by its named parameters: `call(s, 'accept_booking', { p_booking_id: 1 })`. */
export function call(s: Session, procedure: string, args: Readonly<Record<string, unknown>>): Promise<Booking> {
  const named = Object.keys(args).map((name, i) => `${name} => $${i + 1}`);
  return only<Booking>(s.query(`SELECT * FROM ${procedure}(${named.join(', ')})`, Object.values(args)));
}
