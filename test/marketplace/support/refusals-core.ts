/** What the tables of the core refuse: for each constraint, unique index and guarding trigger a statement that only it refuses. */
import type { Session } from '../../../src/pg/pool.ts';
import { actingAs } from './marketplace.ts';
import { addPackage, addSubject, addTutor, addUser, call, type Tutor } from './people.ts';

let tutor: Tutor;
let student: number;
let subject: number;
let booking: number;

export async function prepareCore(s: Session): Promise<void> {
  [tutor, student, subject] = [await addTutor(s), await addUser(s), await addSubject(s)];
  await addPackage(s, student, tutor);
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
}

const change = (table: string, set: string, where = 'true'): string => `UPDATE ${table} SET ${set} WHERE ${where}`;
const copy = (table: string, columns: string, values = columns): string =>
  `INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${table}`;

/** Constraint, and what it refuses. */
export const CORE: readonly (readonly [guard: string, sql: () => string])[] = [
  ['idx_users_google_id', () => change('users', `google_id = 'g'`)],
  ['idx_tutor_profiles_stripe_account_id', () => change('tutor_profiles', `stripe_account_id = 'acct'`)],
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
  ['chk_payments_amount', () => change('payments', `amount_cents = 0, refunded_cents = 0, status = 'REFUNDED'`)],
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
  ['chk_tutor_availabilities_grid', () => change('tutor_availabilities', `end_time = '23:50'`)],
  ['chk_tutor_availabilities_day', () => change('tutor_availabilities', 'day_of_week = -1', 'day_of_week = 6')],
  ['chk_tutor_profiles_rating', () => change('tutor_profiles', 'average_rating = -0.01, total_reviews = 1')],
  ['chk_tutor_profiles_counts', () => change('tutor_profiles', 'total_reviews = -1, average_rating = 1')],
  ['chk_tutor_profiles_counts', () => change('tutor_profiles', 'total_sessions = -1')],
  ['chk_tutor_profiles_counts', () => change('tutor_profiles', 'average_rating = 1')],
  ['chk_tutor_metrics_counts', () => change('tutor_metrics', 'accepted_count = -1')],
  ['chk_tutor_metrics_counts', () => change('tutor_metrics', 'expired_count = -1')],
  ['chk_tutor_metrics_counts', () => change('tutor_metrics', 'response_seconds = -1')],
  [
    'chk_student_packages_sessions',
    () => sessions('sessions_purchased = 0, sessions_used = 0, sessions_remaining = 0'),
  ],
  ['chk_student_packages_sessions', () => sessions('sessions_used = sessions_purchased + 1, sessions_remaining = -1')],
  [
    'chk_student_packages_exhausted',
    () => change('student_packages', 'sessions_used = sessions_purchased, sessions_remaining = 0'),
  ],
  ['chk_bookings_outcome_terminal', () => bookingWith(undefined, 'session_state', `'ENDED'`)],
  ['chk_bookings_not_held', () => cancelled(`'CANCELLED', 'COMPLETED', now(), 'TUTOR'`)],
  ['chk_bookings_cancelled', () => cancelled(`'CANCELLED', 'NOT_HELD', NULL, 'TUTOR'`)],
  ['chk_bookings_cancelled', () => cancelled(`'CANCELLED', 'NOT_HELD', now(), NULL`)],
  ['chk_bookings_cancelled', () => cancelled(`'ENDED', 'NOT_HELD', NULL, 'TUTOR'`)],
  ['chk_bookings_disputed', () => disputed(`'OPEN', NULL, NULL`)],
  ['chk_bookings_resolved', () => disputed(`'RESOLVED_UPHELD', now(), NULL`)],
  ['chk_bookings_rate', () => priced(-1, 20, 0)],
  ['chk_bookings_fee', () => priced(0, -1, 0)],
  ['chk_bookings_fee', () => priced(0, 101, 0)],
  ['excl_bookings_tutor_overlap', () => twice('session_state', `'SCHEDULED'`, student)],
  ['excl_bookings_tutor_overlap', () => twice('session_state', `'ACTIVE'`, student)],
  ['excl_bookings_student_overlap', () => twice('session_state', `'ACTIVE'`, student, true)],
  ['idx_bookings_no_overlap', () => withoutExclusion('REQUESTED')],
  ['idx_bookings_no_overlap', () => withoutExclusion('SCHEDULED')],
  ['chk_payments_refunded', () => change('payments', 'refunded_cents = amount_cents + 1')],
  ['chk_payments_refund_status', () => change('payments', `status = 'REFUNDED', captured_at = now()`)],
  ['chk_payments_refund_status', () => change('payments', 'refunded_cents = amount_cents')],
  ['chk_payments_refund_status', () => change('payments', `status = 'PARTIALLY_REFUNDED', captured_at = now()`)],
  [
    'chk_payments_captured',
    () => change('payments', `status = 'PARTIALLY_REFUNDED', refunded_cents = 1, captured_at = NULL`),
  ],
  ['uq_payments_live', () => paidTwice('AUTHORIZED', 0)],
  ['uq_payments_live', () => paidTwice('CAPTURED', 0)],
  ['uq_payments_live', () => paidTwice('PARTIALLY_REFUNDED', 1)],
  [
    'uq_wallets_user',
    () => `INSERT INTO wallets (kind, user_id, currency) SELECT 'user', ${student}, 'CHF' FROM generate_series(1, 2)`,
  ],
  ['uq_wallets_kind', () => `INSERT INTO wallets (kind, currency) SELECT 'platform', 'CHF' FROM generate_series(1, 2)`],
  [
    'chk_wallet_transactions_type',
    () =>
      `SELECT post_transfer(wallet_for('external', NULL, 'EUR'), wallet_for('user', ${student}, 'EUR'), 1, 'x', NULL)`,
  ],
  [
    'chk_wallets_balance',
    () =>
      `SELECT post_transfer(wallet_for('user', ${student}, 'EUR'), wallet_for('external', NULL, 'EUR'), 1, 'WITHDRAWAL', NULL)`,
  ],
];

/** What triggers refuse: nobody's constraint, so the SQLSTATE tells. "as": who asks, through app_user. */
export const TRIGGERS: readonly (readonly [trigger: string, expected: string, sql: () => string, as?: () => number])[] =
  [
    ['trg_users_guard', '42501', () => `UPDATE users SET is_verified = true WHERE id = ${student}`, () => student],
    [
      'trg_tutor_profiles_guard',
      '42501',
      () => `UPDATE tutor_profiles SET badges = '{top_rated}' WHERE id = ${tutor.id}`,
      () => tutor.userId,
    ],
    ['trg_bookings_guard', 'BK001', () => `UPDATE bookings SET student_name = 'x' WHERE id = ${booking}`],
    ['trg_wallets_guard', '23001', () => change('wallets', 'balance_cents = balance_cents + 1')],
    [
      'trg_wallet_transactions_keep',
      'trg_wallet_transactions_keep',
      () => `INSERT INTO wallet_transactions (wallet_id, transfer_id, type, amount_cents, balance_after_cents)
      SELECT id, gen_random_uuid(), 'DEPOSIT', 5, balance_cents + 5 FROM wallets WHERE kind = 'external'`,
    ],
    [
      'trg_stored_files_guard',
      'trg_stored_files_guard',
      () => `INSERT INTO stored_files (bucket_name, object_key, owner_id, mime_type, size_bytes, checksum)
      SELECT bucket_name, owner_id || '/avatar_thumb.webp', owner_id, 'image/webp', size_bytes, checksum FROM stored_files`,
    ],
    ['trg_booking_transitions_append_only', '23001', () => change('booking_transitions', `action = 'cancel'`)],
    ['trg_refunds_append_only', '23001', () => 'DELETE FROM refunds'],
    ['trg_wallet_transactions_append_only', '23001', () => change('wallet_transactions', `type = 'FEE'`)],
    ['trg_erasure_log_append_only', '23001', () => change('erasure_log', 'row_count = 1')],
    ['trg_audit_log_append_only', '23001', () => change('audit_log', `operation = 'DELETE'`)],
  ];

const sessions = (set: string): string => change('student_packages', `${set}, status = 'expired'`);
const cancelled = (values: string): string =>
  bookingWith(undefined, 'session_state, session_outcome, cancelled_at, cancelled_by_role', values);
const disputed = (values: string): string =>
  bookingWith(
    undefined,
    'session_state, session_outcome, dispute_state, disputed_at, resolved_at',
    `'ENDED', 'COMPLETED', ${values}`,
  );
const priced = (rate: number, pct: number, fee: number): string =>
  bookingWith(
    undefined,
    'platform_fee_pct, platform_fee_cents, tutor_earnings_cents',
    `${pct}, ${fee}, ${rate - fee}`,
  ).replace(`'x', 0,`, `'x', ${rate},`);
/** The exclusion constraint refuses before the unique index of the storage design, which is asked alone here. */
const withoutExclusion = (state: string): string =>
  `ALTER TABLE bookings DROP CONSTRAINT excl_bookings_tutor_overlap, DROP CONSTRAINT excl_bookings_student_overlap;
  ${bookingWith(undefined, 'session_state', `'${state}'`).replace(/VALUES (.*)$/s, 'VALUES $1, $1')}`;
const paidTwice = (status: string, refunded: number): string =>
  `INSERT INTO payments (booking_id, student_id, amount_cents, refunded_cents, status, captured_at, provider_payment_id)
    SELECT ${booking}, ${student}, 100, ${refunded}, '${status}', now(), 'pi_b' || n FROM generate_series(1, 2) n`;

function bookingWith(times = `'2026-07-01T10:00Z', '2026-07-01T11:00Z'`, columns = '', values = ''): string {
  const more = columns === '' ? ['', ''] : [`, ${columns}`, `, ${values}`];
  return `INSERT INTO bookings (tutor_profile_id, student_id, subject_id, tutor_name, student_name, subject_name, rate_cents, pricing_snapshot, start_time, end_time${more[0]})
    VALUES (${tutor.id}, ${student}, ${subject}, 't', 's', 'x', 0, '{}', ${times}${more[1]})`;
}

/** Two lessons of one student that overlap by half: with one tutor, or with another one. */
function twice(column: string, value: string, who: number, otherTutor = false): string {
  const second = otherTutor ? `(SELECT id FROM another)` : String(tutor.id);
  return `WITH another AS (
      INSERT INTO tutor_profiles (user_id, title, hourly_rate) SELECT ${who}, 'x', 1 RETURNING id
    ) INSERT INTO bookings (tutor_profile_id, student_id, subject_id, tutor_name, student_name, subject_name, rate_cents, pricing_snapshot, start_time, end_time, ${column})
    VALUES (${tutor.id}, ${who}, ${subject}, 't', 's', 'x', 0, '{}', '2026-08-01T10:00Z', '2026-08-01T11:00Z', ${value}),
      (${second}, ${who}, ${subject}, 't', 's', 'x', 0, '{}', '2026-08-01T10:30Z', '2026-08-01T11:30Z', ${value})`;
}

function transition(actionAndRole: string): string {
  return `INSERT INTO booking_transitions (booking_id, booking_version, action, actor_role, to_session_state, to_payment_state, to_dispute_state, occurred_at)
    SELECT ${booking}, 1, ${actionAndRole}, 'REQUESTED', 'PENDING', 'NONE', now()`;
}
