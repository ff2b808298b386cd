/** Every constraint refuses what it should: a statement for each, and none of the CHECKs of the core may lack one. */
import { beforeAll, describe, expect, test } from 'vitest';
import { actingAs, only, useMarketplace, violated } from './support/marketplace.ts';
import { addPackage, addSubject, addTutor, addUser, call, type Tutor } from './support/people.ts';

const db = useMarketplace();
let tutor: Tutor;
let student: number;
let subject: number;
let booking: number;
let pack: number;

beforeAll(() =>
  db.session(async (s) => {
    [tutor, student, subject] = [await addTutor(s), await addUser(s), await addSubject(s)];
    pack = await addPackage(s, student, tutor);
    const slot = { p_start_time: '2026-06-01T10:00Z', p_end_time: '2026-06-01T11:00Z', p_now: '2026-05-01T10:00Z' };
    const asked = { p_tutor_profile_id: tutor.id, p_subject_id: subject, ...slot };
    booking = (await actingAs(s, student, () => call(s, 'create_booking', asked))).id;
    await s.query(
      `INSERT INTO payments (booking_id, student_id, amount_cents, status, provider_payment_id, provider_event_id) VALUES ($1, $2, 100, 'AUTHORIZED', 'pi', 'evt')`,
      [booking, student],
    );
    await s.query(
      `INSERT INTO tutor_blackouts (tutor_profile_id, start_at, end_at) VALUES ($1, '2027-01-01', '2027-01-03')`,
      [tutor.id],
    );
    await s.query(`INSERT INTO student_profiles (user_id) VALUES ($1)`, [student]);
    await s.query(
      `INSERT INTO idempotency_keys (user_id, scope, idempotency_key, request_hash) VALUES ($1, 's', 'k', repeat('a', 64))`,
      [student],
    );
    await actingAs(s, tutor.userId, () =>
      call(s, 'decline_booking', { p_booking_id: booking, p_now: '2026-05-01T10:00Z' }),
    );
  }),
);

const change = (table: string, set: string, where = 'true'): string => `UPDATE ${table} SET ${set} WHERE ${where}`;
const copy = (table: string, columns: string, values = columns): string =>
  `INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${table}`;

/** Constraint, and what it refuses. */
const CASES: readonly (readonly [name: string, sql: () => string])[] = [
  ['chk_users_role', () => change('users', `role = 'god'`)],
  ['chk_users_currency', () => change('users', `currency = 'eur'`)],
  ['chk_users_email', () => change('users', `email = 'nobody'`)],
  ['chk_users_timezone', () => change('users', `timezone = ''`)],
  ['uq_users_email', () => copy('users', 'email, hashed_password')],
  ['idx_users_email_lower', () => copy('users', 'email, hashed_password', 'upper(email), hashed_password')],
  ['chk_user_profiles_phone', () => change('user_profiles', `phone = '0123'`)],
  ['chk_user_profiles_country_code', () => change('user_profiles', `country_code = 'de'`)],
  ['uq_user_profiles_user_id', () => copy('user_profiles', 'user_id, first_name, last_name')],
  ['chk_subjects_code', () => change('subjects', `code = 'Mathe matik'`)],
  ['uq_subjects_code', () => copy('subjects', 'code, name, category', `code, 'x', category`)],
  ['uq_subjects_name', () => copy('subjects', 'code, name, category', `'x', name, category`)],
  ['chk_tutor_profiles_hourly_rate', () => change('tutor_profiles', 'hourly_rate = 0')],
  ['chk_tutor_profiles_currency', () => change('tutor_profiles', `currency = 'E1'`)],
  ['chk_tutor_profiles_status', () => change('tutor_profiles', `profile_status = 'x', is_approved = false`)],
  ['chk_tutor_profiles_approved', () => change('tutor_profiles', 'is_approved = false')],
  ['chk_tutor_profiles_rating', () => change('tutor_profiles', 'average_rating = 5.01, total_reviews = 1')],
  ['chk_tutor_profiles_counts', () => change('tutor_profiles', 'total_reviews = 1')],
  ['uq_tutor_profiles_user_id', () => copy('tutor_profiles', 'user_id, title, hourly_rate')],
  ['chk_tutor_availabilities_day', () => change('tutor_availabilities', 'day_of_week = 7', 'day_of_week = 6')],
  ['chk_tutor_availabilities_order', () => change('tutor_availabilities', `start_time = '12:00', end_time = '12:00'`)],
  ['chk_tutor_availabilities_grid', () => change('tutor_availabilities', `start_time = '00:10'`)],
  [
    'chk_tutor_availabilities_effective',
    () => change('tutor_availabilities', `effective_from = '2026-01-02', effective_until = '2026-01-02'`),
  ],
  [
    'excl_tutor_availabilities_overlap',
    () => copy('tutor_availabilities', 'tutor_profile_id, day_of_week, start_time, end_time'),
  ],
  ['chk_tutor_blackouts_order', () => change('tutor_blackouts', 'end_at = start_at')],
  ['excl_tutor_blackouts_overlap', () => copy('tutor_blackouts', 'tutor_profile_id, start_at, end_at')],
  ['chk_tutor_metrics_counts', () => change('tutor_metrics', 'declined_count = -1')],
  ['chk_student_profiles_education_level', () => change('student_profiles', `education_level = 'x'`)],
  ['uq_student_profiles_user_id', () => copy('student_profiles', 'user_id')],
  ['chk_sessions_consistency', () => change('student_packages', 'sessions_used = sessions_used + 1')],
  [
    'chk_student_packages_sessions',
    () => change('student_packages', 'sessions_used = sessions_used - 1, sessions_remaining = sessions_remaining + 1'),
  ],
  ['chk_student_packages_price', () => change('student_packages', 'purchase_price_cents = -1')],
  ['chk_student_packages_currency', () => change('student_packages', `currency = '€'`)],
  ['chk_student_packages_status', () => change('student_packages', `status = 'x'`)],
  ['chk_student_packages_exhausted', () => change('student_packages', `status = 'exhausted'`)],
  ['chk_student_packages_expiry', () => change('student_packages', 'expires_at = purchased_at')],
  ['chk_booking_time_order', () => bookingWith(`'2026-07-01', '2026-07-01'`)],
  ['chk_bookings_session_state', () => bookingWith(undefined, 'session_state', `'OPEN'`)],
  ['chk_bookings_session_outcome', () => bookingWith(undefined, 'session_state, session_outcome', `'ENDED', 'FINE'`)],
  ['chk_bookings_payment_state', () => bookingWith(undefined, 'payment_state', `'PAID'`)],
  [
    'chk_bookings_dispute_state',
    () =>
      bookingWith(
        undefined,
        'session_state, session_outcome, dispute_state, disputed_at',
        `'ENDED', 'COMPLETED', 'MAYBE', now()`,
      ),
  ],
  ['chk_bookings_outcome_terminal', () => bookingWith(undefined, 'session_outcome', `'COMPLETED'`)],
  ['chk_bookings_not_held', () => bookingWith(undefined, 'session_state, session_outcome', `'EXPIRED', 'COMPLETED'`)],
  ['chk_bookings_dispute_terminal', () => bookingWith(undefined, 'dispute_state, disputed_at', `'OPEN', now()`)],
  ['chk_bookings_cancelled', () => bookingWith(undefined, 'cancelled_at', 'now()')],
  [
    'chk_bookings_cancelled_by_role',
    () =>
      bookingWith(
        undefined,
        'session_state, session_outcome, cancelled_at, cancelled_by_role',
        `'CANCELLED', 'NOT_HELD', now(), 'GOD'`,
      ),
  ],
  ['chk_bookings_disputed', () => bookingWith(undefined, 'disputed_at', 'now()')],
  ['chk_bookings_resolved', () => bookingWith(undefined, 'resolved_at', 'now()')],
  ['chk_bookings_currency', () => bookingWith(undefined, 'currency', `'x'`)],
  ['chk_bookings_rate', () => bookingWith(undefined, 'tutor_earnings_cents', '1')],
  [
    'chk_bookings_fee',
    () => bookingWith(undefined, 'platform_fee_pct, platform_fee_cents, tutor_earnings_cents', '0, 1, -1'),
  ],
  ['chk_bookings_credit', () => bookingWith(undefined, 'credit_restored_at', 'now()')],
  ['excl_bookings_tutor_overlap', () => twice('session_state', `'REQUESTED'`, student)],
  ['excl_bookings_student_overlap', () => twice('session_state', `'SCHEDULED'`, student, true)],
  ['chk_booking_transitions_action', () => transition(`'x', 'TUTOR'`)],
  ['chk_booking_transitions_actor_role', () => transition(`'create', 'GOD'`)],
  ['uq_booking_transitions_version', () => transition(`'create', 'TUTOR'`)],
  ['chk_payments_amount', () => change('payments', 'amount_cents = 0')],
  ['chk_payments_refunded', () => change('payments', 'refunded_cents = -1')],
  ['chk_payments_status', () => change('payments', `status = 'x'`)],
  ['chk_payments_refund_status', () => change('payments', 'refunded_cents = 1')],
  ['chk_payments_captured', () => change('payments', `status = 'CAPTURED'`)],
  ['chk_payments_currency', () => change('payments', `currency = 'x'`)],
  ['uq_payments_provider_payment', () => copy('payments', 'booking_id, student_id, amount_cents, provider_payment_id')],
  ['uq_payments_provider_event', () => copy('payments', 'booking_id, student_id, amount_cents, provider_event_id')],
  ['chk_outbox_events_type', () => change('outbox_events', `event_type = 'nonsense'`)],
  ['chk_idempotency_keys_request_hash', () => change('idempotency_keys', `request_hash = 'x'`)],
  ['chk_idempotency_keys_key', () => change('idempotency_keys', `idempotency_key = ''`)],
  ['uq_idempotency_keys_key', () => copy('idempotency_keys', 'user_id, scope, idempotency_key, request_hash')],
  ['chk_tutor_response_log_response', () => change('tutor_response_log', `response = 'x'`)],
  ['chk_tutor_response_log_seconds', () => change('tutor_response_log', 'response_seconds = -1')],
  [
    'uq_tutor_response_log_booking',
    () =>
      copy(
        'tutor_response_log',
        'tutor_profile_id, booking_id, response, requested_at, responded_at, response_seconds',
      ),
  ],
];

function bookingWith(times = `'2026-07-01T10:00Z', '2026-07-01T11:00Z'`, columns = '', values = ''): string {
  const more = columns === '' ? ['', ''] : [`, ${columns}`, `, ${values}`];
  return `INSERT INTO bookings (tutor_profile_id, student_id, subject_id, tutor_name, student_name, subject_name, rate_cents, start_time, end_time${more[0]})
    VALUES (${tutor.id}, ${student}, ${subject}, 't', 's', 'x', 0, ${times}${more[1]})`;
}

/** Two lessons of one student that overlap by half: with one tutor, or with another one. */
function twice(column: string, value: string, who: number, otherTutor = false): string {
  const second = otherTutor ? `(SELECT id FROM another)` : String(tutor.id);
  return `WITH another AS (
      INSERT INTO tutor_profiles (user_id, title, hourly_rate) SELECT ${who}, 'x', 1 RETURNING id
    ) INSERT INTO bookings (tutor_profile_id, student_id, subject_id, tutor_name, student_name, subject_name, rate_cents, start_time, end_time, ${column})
    VALUES (${tutor.id}, ${who}, ${subject}, 't', 's', 'x', 0, '2026-08-01T10:00Z', '2026-08-01T11:00Z', ${value}),
      (${second}, ${who}, ${subject}, 't', 's', 'x', 0, '2026-08-01T10:30Z', '2026-08-01T11:30Z', ${value})`;
}

function transition(actionAndRole: string): string {
  return `INSERT INTO booking_transitions (booking_id, booking_version, action, actor_role, to_session_state, to_payment_state, to_dispute_state, occurred_at)
    SELECT ${booking}, 1, ${actionAndRole}, 'REQUESTED', 'PENDING', 'NONE', now()`;
}

test.each(CASES)('%s', (name, sql) =>
  db.session(async (s) => {
    expect(await violated(s, sql())).toBe(name);
  }),
);

describe('foreign keys', () => {
  test('keep people with lessons, and let go of what belongs to one person', () =>
    db.session(async (s) => {
      expect(await violated(s, `DELETE FROM users WHERE id = ${student}`)).toMatch(
        /^fk_(student_packages|bookings|payments)_student_id$/,
      );
      const { id } = await only<{ id: number }>(
        s.query(`INSERT INTO users (email, hashed_password) VALUES ('leaving@example.org', 'x') RETURNING id`),
      );
      await s.query(`INSERT INTO user_profiles (user_id, first_name, last_name) VALUES ($1, 'a', 'b')`, [id]);
      expect(await violated(s, `DELETE FROM users WHERE id = ${id}`)).toBe('none');
      expect(await violated(s, `UPDATE student_packages SET student_id = 999999 WHERE id = ${pack}`)).toBe(
        'fk_student_packages_student_id',
      );
    }));
});

test('no CHECK, UNIQUE or EXCLUDE of these tables lacks a case', async () => {
  const names = await db.session((s) =>
    s.query<{ conname: string }>(
      `SELECT conname FROM pg_constraint WHERE contype IN ('c', 'u', 'x') AND conparentid = 0 AND NOT (SELECT relispartition FROM pg_class WHERE oid = conrelid)
         AND conrelid::regclass::text = ANY ($1)`,
      [
        `users user_profiles subjects tutor_profiles tutor_availabilities tutor_blackouts tutor_metrics student_profiles student_packages bookings
        booking_transitions payments outbox_events idempotency_keys tutor_response_log`.split(/\s+/),
      ],
    ),
  );
  const covered = new Set(CASES.map(([name]) => name));
  expect(names.map((row) => row.conname).filter((name) => !covered.has(name))).toEqual([]);
});
