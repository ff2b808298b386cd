/* eslint-disable */
/** Functions of the database as typed functions, and their errors, written by `strata types`. Do not edit. */
import type {
  BookingRow,
  LessonRow,
  OutboxEventRow,
  PaymentRow,
  PayoutRow,
  PgDate,
  PgInterval,
  RefundRow,
  ReviewRow,
} from './types.js';

/** Client, pool client or pool of `pg`, or anything else that sends a query. */
export interface Queryable {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

type Argument = readonly [name: string, type: string, value: unknown];

/** Arguments that are undefined are not sent: their defaults hold. */
async function run(db: Queryable, head: string, args: readonly Argument[], tail: string): Promise<unknown[]> {
  const given = args.filter(([, , value]) => value !== undefined);
  const gap = args.findIndex(([name, , value]) => !name.includes('=>') && value === undefined);
  if (gap >= 0 && args.slice(gap).some(([, , value]) => value !== undefined)) {
    throw new TypeError(`argument ${gap + 1} has no name, so it cannot be left out before others`);
  }
  const list = given.map(([name, type], at) => `${name}$${at + 1}::${type}`).join(', ');
  const text = given.length === 0 ? head + tail.replace(/^, /, '') : head + list + tail;
  try {
    return (await db.query(text, given.map(([, , value]) => value))).rows;
  } catch (thrown) {
    throw typedError(thrown);
  }
}

/** A composite that is NULL arrives as one row of NULLs: where a row of a table is promised, that is an error. */
async function oneRow<Row>(rows: Promise<unknown[]>, name: string, whole: boolean): Promise<Row> {
  const [row] = (await rows) as (Row & object)[];
  if (row === undefined || (whole && Object.values(row).every((value) => value === null))) {
    throw new NullResultError(`${name} returned NULL in place of a row`);
  }
  return row;
}

/** The function promises a row of a table and returned NULL. Declare it `RETURNS SETOF` when it may find none. */
export class NullResultError extends Error {
  override readonly name = 'NullResultError';
}

async function allRows<Row>(rows: Promise<unknown[]>): Promise<Row[]> {
  return (await rows) as Row[];
}

async function oneValue<Value>(rows: Promise<unknown[]>): Promise<Value> {
  const [row] = (await rows) as { value: Value }[];
  return row?.value as Value;
}

async function allValues<Value>(rows: Promise<unknown[]>): Promise<Value[]> {
  return ((await rows) as { value: Value }[]).map(({ value }) => value);
}

/** What the server says about an error, as `pg` gives it. */
interface ServerFields {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** An error of the server with a class of its own. `cause` is the driver's. */
export class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError';
  /** SQLSTATE. */
  readonly code: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly constraint: string | undefined;
  /** Columns of the constraint, or the one column that the server names. */
  readonly columns: readonly string[];

  constructor(cause: ServerFields) {
    super(cause.message, { cause });
    this.code = cause.code;
    this.detail = cause.detail;
    this.hint = cause.hint;
    this.schema = cause.schema;
    this.table = cause.table;
    this.constraint = cause.constraint;
    const known = constraints[`${cause.schema}.${cause.table}.${cause.constraint}`];
    this.columns = known ?? (cause.column === undefined ? [] : [cause.column]);
  }

  /**
   * The row that it is about, by the server's detail: `{ email: 'a@b.example' }`, values as text. Of a unique or exclusion constraint, what
   * should have been written; of a foreign key, what is missing or still referred to. Undefined when the server does not say (a key that
   * the role may not read, NOT NULL, CHECK) or when its words have more than one meaning. Not enumerable: loggers do not print it.
   */
  get key(): Readonly<Record<string, string>> | undefined {
    return keysIn(this)[0];
  }

  /** Of an exclusion constraint, the same columns of the row that was there already. */
  get existingKey(): Readonly<Record<string, string>> | undefined {
    return keysIn(this)[1];
  }
}

type Key = Readonly<Record<string, string>>;

/** Quoted or not: `email`, `"e mail"`. */
const NAME = /^(?:\x22(?:[^\x22]|\x22\x22)+\x22|[^\x22(), ]+)$/;

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/**
 * `Key (a, b)=(1, 2) already exists.`, in whatever language the server speaks. An exclusion constraint names the row that was there as
 * well, in the same form; where anything else does, a value looks so.
 */
function keysIn({ code, columns, detail = '' }: DatabaseError): readonly (Key | undefined)[] {
  const at = detail.indexOf(')=(') + 3;
  const head = detail.slice(detail.indexOf('('), at);
  const names = head.slice(1, -3).split(', ');
  // Of a foreign key, names stand without their quotes: a comma may be a name's own.
  const all = [0, names.length].includes(columns.length) && names.every((name) => NAME.test(name));
  const known = code.startsWith('23') && at > 2 && all;
  const parts = known ? detail.slice(at).split(head) : [];
  return parts.length === (code === '23P01' ? 2 : 1) ? parts.map((part) => keyIn(part, names)) : [];
}

/** Up to the last bracket, unless that one may stand in the name of a table. NULL looks like the text: UNIQUE NULLS NOT DISTINCT. */
function keyIn(text: string, names: readonly string[]): Key | undefined {
  const end = text.lastIndexOf(')');
  const values = names.length === 1 ? [text.slice(0, end)] : text.slice(0, end).split(', ');
  const cut = end < 0 || text.slice(end).split('"').length % 2 === 0;
  if (cut || values.length !== names.length || values.includes('null')) return undefined;
  return Object.fromEntries(names.map((name, index) => [unquoted(name), values[index] ?? '']));
}

export class UniqueViolationError extends DatabaseError {
  override readonly name: string = 'UniqueViolationError';
}

export class ForeignKeyViolationError extends DatabaseError {
  override readonly name: string = 'ForeignKeyViolationError';
}

export class CheckViolationError extends DatabaseError {
  override readonly name: string = 'CheckViolationError';
}

export class NotNullViolationError extends DatabaseError {
  override readonly name: string = 'NotNullViolationError';
}

export class ExclusionViolationError extends DatabaseError {
  override readonly name: string = 'ExclusionViolationError';
}

/** The role lacks a privilege, or a row level security policy says no. */
export class PermissionError extends DatabaseError {
  override readonly name = 'PermissionError';
}

/** Lost against another transaction (40001, 40P01): running the whole transaction again may succeed. */
export class ConflictError extends DatabaseError {
  override readonly name = 'ConflictError';
}

/** SQLSTATE BK001 */
export class InvalidTransitionError extends DatabaseError {
  override readonly name = 'InvalidTransitionError';
}

/** SQLSTATE BK002 */
export class NotPermittedError extends DatabaseError {
  override readonly name = 'NotPermittedError';
}

/** SQLSTATE BK003 */
export class VersionConflictError extends DatabaseError {
  override readonly name = 'VersionConflictError';
}

/** SQLSTATE BK004 */
export class SlotTakenError extends DatabaseError {
  override readonly name = 'SlotTakenError';
}

/** SQLSTATE BK005 */
export class OutsideAvailabilityError extends DatabaseError {
  override readonly name = 'OutsideAvailabilityError';
}

/** SQLSTATE BK006 */
export class NoCreditError extends DatabaseError {
  override readonly name = 'NoCreditError';
}

/** SQLSTATE BK007 */
export class WindowClosedError extends DatabaseError {
  override readonly name = 'WindowClosedError';
}

/** SQLSTATE BK008 */
export class AmountTooHighError extends DatabaseError {
  override readonly name = 'AmountTooHighError';
}

/** SQLSTATE BK404 */
export class NotFoundError extends DatabaseError {
  override readonly name = 'NotFoundError';
}

/** SQLSTATE BK409 */
export class IdempotencyKeyReusedError extends DatabaseError {
  override readonly name = 'IdempotencyKeyReusedError';
}

const OWN: Readonly<Record<string, typeof DatabaseError>> = {
  BK001: InvalidTransitionError,
  BK002: NotPermittedError,
  BK003: VersionConflictError,
  BK004: SlotTakenError,
  BK005: OutsideAvailabilityError,
  BK006: NoCreditError,
  BK007: WindowClosedError,
  BK008: AmountTooHighError,
  BK404: NotFoundError,
  BK409: IdempotencyKeyReusedError,
};

/** By constraint, as the configuration writes it. */
const NAMED: ReadonlyMap<string, typeof DatabaseError> = new Map<string, typeof DatabaseError>([]);

const STANDARD: Readonly<Record<string, typeof DatabaseError>> = {
  '23505': UniqueViolationError,
  '23503': ForeignKeyViolationError,
  '23001': ForeignKeyViolationError,
  '23514': CheckViolationError,
  '23502': NotNullViolationError,
  '23P01': ExclusionViolationError,
  '42501': PermissionError,
  '40001': ConflictError,
  '40P01': ConflictError,
};

/** Columns by `schema.table.constraint`. */
const constraints: Readonly<Record<string, readonly string[]>> = {
  'public.audit_log.audit_log_pkey': ['id', 'created_at'],
  'public.audit_log.chk_audit_log_operation': ['operation'],
  'public.audit_log.fk_audit_log_actor_id': ['actor_id'],
  'public.booking_transitions.booking_transitions_pkey': ['id'],
  'public.booking_transitions.chk_booking_transitions_action': ['action'],
  'public.booking_transitions.chk_booking_transitions_actor_role': ['actor_role'],
  'public.booking_transitions.fk_booking_transitions_actor_id': ['actor_id'],
  'public.booking_transitions.fk_booking_transitions_booking_id': ['booking_id'],
  'public.booking_transitions.uq_booking_transitions_version': ['booking_id', 'booking_version'],
  'public.booking_waitlist.booking_waitlist_pkey': ['id'],
  'public.booking_waitlist.chk_booking_waitlist_order': ['start_time', 'end_time'],
  'public.booking_waitlist.chk_booking_waitlist_status': ['status'],
  'public.booking_waitlist.fk_booking_waitlist_student_id': ['student_id'],
  'public.booking_waitlist.fk_booking_waitlist_tutor_profile_id': ['tutor_profile_id'],
  'public.booking_waitlist.uq_booking_waitlist': ['tutor_profile_id', 'student_id', 'start_time'],
  'public.bookings.bookings_pkey': ['id'],
  'public.bookings.chk_booking_time_order': ['start_time', 'end_time'],
  'public.bookings.chk_bookings_cancelled': ['session_state', 'cancelled_at', 'cancelled_by_role'],
  'public.bookings.chk_bookings_cancelled_by_role': ['cancelled_by_role'],
  'public.bookings.chk_bookings_credit': ['credit_restored_at', 'package_id'],
  'public.bookings.chk_bookings_currency': ['currency'],
  'public.bookings.chk_bookings_dispute_state': ['dispute_state'],
  'public.bookings.chk_bookings_dispute_terminal': ['dispute_state', 'session_state'],
  'public.bookings.chk_bookings_disputed': ['dispute_state', 'disputed_at'],
  'public.bookings.chk_bookings_fee': ['platform_fee_pct', 'platform_fee_cents', 'rate_cents'],
  'public.bookings.chk_bookings_not_held': ['session_state', 'session_outcome'],
  'public.bookings.chk_bookings_outcome_terminal': ['session_outcome', 'session_state'],
  'public.bookings.chk_bookings_payment_state': ['payment_state'],
  'public.bookings.chk_bookings_rate': ['rate_cents', 'platform_fee_cents', 'tutor_earnings_cents'],
  'public.bookings.chk_bookings_resolved': ['dispute_state', 'resolved_at'],
  'public.bookings.chk_bookings_session_outcome': ['session_outcome'],
  'public.bookings.chk_bookings_session_state': ['session_state'],
  'public.bookings.excl_bookings_student_overlap': ['student_id'],
  'public.bookings.excl_bookings_tutor_overlap': ['tutor_profile_id'],
  'public.bookings.fk_bookings_deleted_by': ['deleted_by'],
  'public.bookings.fk_bookings_disputed_by': ['disputed_by'],
  'public.bookings.fk_bookings_package_id': ['package_id'],
  'public.bookings.fk_bookings_resolved_by': ['resolved_by'],
  'public.bookings.fk_bookings_student_id': ['student_id'],
  'public.bookings.fk_bookings_subject_id': ['subject_id'],
  'public.bookings.fk_bookings_tutor_profile_id': ['tutor_profile_id'],
  'public.conversations.chk_conversations_two': ['student_id', 'tutor_user_id'],
  'public.conversations.conversations_pkey': ['id'],
  'public.conversations.fk_conversations_booking_id': ['booking_id'],
  'public.conversations.fk_conversations_deleted_by': ['deleted_by'],
  'public.conversations.fk_conversations_student_id': ['student_id'],
  'public.conversations.fk_conversations_tutor_user_id': ['tutor_user_id'],
  'public.conversations.uq_conversations_pair': ['student_id', 'tutor_user_id'],
  'public.currency_rates.chk_currency_rates_pair': ['base_currency', 'quote_currency'],
  'public.currency_rates.chk_currency_rates_rate': ['rate'],
  'public.currency_rates.currency_rates_pkey': ['id'],
  'public.currency_rates.fk_currency_rates_base_currency': ['base_currency'],
  'public.currency_rates.fk_currency_rates_quote_currency': ['quote_currency'],
  'public.currency_rates.uq_currency_rates_day': ['base_currency', 'quote_currency', 'valid_on'],
  'public.data_subject_requests.chk_data_subject_requests_completed': ['status', 'completed_at'],
  'public.data_subject_requests.chk_data_subject_requests_kind': ['kind'],
  'public.data_subject_requests.chk_data_subject_requests_status': ['status'],
  'public.data_subject_requests.data_subject_requests_pkey': ['id'],
  'public.data_subject_requests.fk_data_subject_requests_handled_by': ['handled_by'],
  'public.data_subject_requests.fk_data_subject_requests_user_id': ['user_id'],
  'public.erasure_log.chk_erasure_log_action': ['action'],
  'public.erasure_log.chk_erasure_log_count': ['row_count'],
  'public.erasure_log.chk_erasure_log_digest': ['subject_digest'],
  'public.erasure_log.erasure_log_pkey': ['id'],
  'public.erasure_log.fk_erasure_log_request_id': ['request_id'],
  'public.favorite_tutors.favorite_tutors_pkey': ['id'],
  'public.favorite_tutors.fk_favorite_tutors_student_id': ['student_id'],
  'public.favorite_tutors.fk_favorite_tutors_tutor_profile_id': ['tutor_profile_id'],
  'public.favorite_tutors.uq_favorite': ['student_id', 'tutor_profile_id'],
  'public.file_buckets.chk_file_buckets_mime': ['mime_types'],
  'public.file_buckets.chk_file_buckets_size': ['max_size_bytes'],
  'public.file_buckets.chk_file_buckets_ttl': ['url_ttl_seconds'],
  'public.file_buckets.file_buckets_pkey': ['name'],
  'public.idempotency_keys.chk_idempotency_keys_key': ['idempotency_key'],
  'public.idempotency_keys.chk_idempotency_keys_request_hash': ['request_hash'],
  'public.idempotency_keys.fk_idempotency_keys_user_id': ['user_id'],
  'public.idempotency_keys.idempotency_keys_pkey': ['id'],
  'public.idempotency_keys.uq_idempotency_keys_key': ['user_id', 'scope', 'idempotency_key'],
  'public.learning_goals.chk_learning_goals_reached': ['status', 'reached_at'],
  'public.learning_goals.chk_learning_goals_status': ['status'],
  'public.learning_goals.chk_learning_goals_target': ['target_proficiency'],
  'public.learning_goals.fk_learning_goals_skill_id': ['skill_id'],
  'public.learning_goals.fk_learning_goals_student_id': ['student_id'],
  'public.learning_goals.learning_goals_pkey': ['id'],
  'public.lessons.chk_lessons_duration': ['duration_minutes'],
  'public.lessons.fk_lessons_booking_id': ['booking_id'],
  'public.lessons.fk_lessons_student_id': ['student_id'],
  'public.lessons.fk_lessons_subject_id': ['subject_id'],
  'public.lessons.fk_lessons_tutor_profile_id': ['tutor_profile_id'],
  'public.lessons.lessons_pkey': ['id'],
  'public.lessons.uq_lessons_booking': ['booking_id'],
  'public.message_attachments.chk_message_attachments_key': ['object_key'],
  'public.message_attachments.chk_message_attachments_mime': ['mime_type'],
  'public.message_attachments.chk_message_attachments_size': ['size_bytes'],
  'public.message_attachments.fk_message_attachments_deleted_by': ['deleted_by'],
  'public.message_attachments.fk_message_attachments_message_id': ['message_id'],
  'public.message_attachments.fk_message_attachments_uploaded_by': ['uploaded_by'],
  'public.message_attachments.message_attachments_pkey': ['id'],
  'public.message_attachments.uq_message_attachments_key': ['object_key'],
  'public.messages.chk_messages_body': ['body'],
  'public.messages.chk_messages_read': ['is_read', 'read_at'],
  'public.messages.chk_messages_two': ['sender_id', 'recipient_id'],
  'public.messages.fk_messages_conversation_id': ['conversation_id'],
  'public.messages.fk_messages_deleted_by': ['deleted_by'],
  'public.messages.fk_messages_recipient_id': ['recipient_id'],
  'public.messages.fk_messages_sender_id': ['sender_id'],
  'public.messages.messages_pkey': ['id'],
  'public.notification_templates.chk_notification_templates_channel': ['channel'],
  'public.notification_templates.fk_notification_templates_language_code': ['language_code'],
  'public.notification_templates.notification_templates_pkey': ['id'],
  'public.notification_templates.uq_notification_templates': ['code', 'language_code', 'channel'],
  'public.notifications.chk_notifications_channel': ['channel'],
  'public.notifications.fk_notifications_user_id': ['user_id'],
  'public.notifications.notifications_pkey': ['id', 'created_at'],
  'public.outbox_events.chk_outbox_events_type': ['event_type'],
  'public.outbox_events.outbox_events_pkey': ['id', 'created_at'],
  'public.payments.chk_payments_amount': ['amount_cents'],
  'public.payments.chk_payments_captured': ['status', 'captured_at'],
  'public.payments.chk_payments_currency': ['currency'],
  'public.payments.chk_payments_refund_status': ['status', 'refunded_cents', 'amount_cents'],
  'public.payments.chk_payments_refunded': ['refunded_cents', 'amount_cents'],
  'public.payments.chk_payments_status': ['status'],
  'public.payments.fk_payments_booking_id': ['booking_id'],
  'public.payments.fk_payments_student_id': ['student_id'],
  'public.payments.payments_pkey': ['id'],
  'public.payments.uq_payments_provider_event': ['provider', 'provider_event_id'],
  'public.payments.uq_payments_provider_payment': ['provider', 'provider_payment_id'],
  'public.payouts.chk_payouts_amount': ['amount_cents'],
  'public.payouts.chk_payouts_currency': ['currency'],
  'public.payouts.chk_payouts_paid': ['status', 'paid_at'],
  'public.payouts.chk_payouts_status': ['status'],
  'public.payouts.fk_payouts_tutor_profile_id': ['tutor_profile_id'],
  'public.payouts.payouts_pkey': ['id'],
  'public.payouts.uq_payouts_provider_event': ['provider_event_id'],
  'public.progress.chk_progress_proficiency': ['proficiency'],
  'public.progress.fk_progress_lesson_id': ['lesson_id'],
  'public.progress.fk_progress_skill_id': ['skill_id'],
  'public.progress.fk_progress_student_id': ['student_id'],
  'public.progress.progress_pkey': ['id'],
  'public.progress.uq_progress_skill': ['student_id', 'skill_id'],
  'public.refunds.chk_refunds_amount': ['amount_cents'],
  'public.refunds.chk_refunds_currency': ['currency'],
  'public.refunds.chk_refunds_reason': ['reason'],
  'public.refunds.fk_refunds_payment_id': ['payment_id'],
  'public.refunds.fk_refunds_requested_by': ['requested_by'],
  'public.refunds.refunds_pkey': ['id'],
  'public.refunds.uq_refunds_provider_event': ['provider_event_id'],
  'public.reports.chk_reports_category': ['category'],
  'public.reports.chk_reports_resolved': ['status', 'resolved_at'],
  'public.reports.chk_reports_status': ['status'],
  'public.reports.fk_reports_booking_id': ['booking_id'],
  'public.reports.fk_reports_reported_user_id': ['reported_user_id'],
  'public.reports.fk_reports_reporter_id': ['reporter_id'],
  'public.reports.fk_reports_resolved_by': ['resolved_by'],
  'public.reports.reports_pkey': ['id'],
  'public.retention_policies.chk_retention_policies_action': ['action'],
  'public.retention_policies.chk_retention_policies_keep': ['action', 'keep'],
  'public.retention_policies.retention_policies_pkey': ['id'],
  'public.retention_policies.uq_retention_policies': ['table_name', 'rule'],
  'public.retention_runs.chk_retention_runs_count': ['row_count'],
  'public.retention_runs.chk_retention_runs_order': ['finished_at', 'started_at'],
  'public.retention_runs.fk_retention_runs_policy_id': ['policy_id'],
  'public.retention_runs.retention_runs_pkey': ['id'],
  'public.reviews.chk_reviews_rating': ['rating'],
  'public.reviews.chk_reviews_response': ['tutor_response', 'responded_at'],
  'public.reviews.fk_reviews_booking_id': ['booking_id'],
  'public.reviews.fk_reviews_deleted_by': ['deleted_by'],
  'public.reviews.fk_reviews_student_id': ['student_id'],
  'public.reviews.fk_reviews_tutor_profile_id': ['tutor_profile_id'],
  'public.reviews.reviews_pkey': ['id'],
  'public.reviews.uq_review_booking': ['booking_id'],
  'public.session_materials.chk_session_materials_place': ['url', 'object_key'],
  'public.session_materials.chk_session_materials_type': ['material_type'],
  'public.session_materials.fk_session_materials_booking_id': ['booking_id'],
  'public.session_materials.fk_session_materials_deleted_by': ['deleted_by'],
  'public.session_materials.fk_session_materials_uploaded_by': ['uploaded_by'],
  'public.session_materials.session_materials_pkey': ['id'],
  'public.skills.chk_skills_code': ['code'],
  'public.skills.fk_skills_subject_id': ['subject_id'],
  'public.skills.skills_pkey': ['id'],
  'public.skills.uq_skills_code': ['code'],
  'public.stored_files.chk_stored_files_checksum': ['checksum'],
  'public.stored_files.chk_stored_files_key': ['bucket_name', 'object_key'],
  'public.stored_files.chk_stored_files_size': ['size_bytes'],
  'public.stored_files.fk_stored_files_bucket_name': ['bucket_name'],
  'public.stored_files.fk_stored_files_deleted_by': ['deleted_by'],
  'public.stored_files.fk_stored_files_owner_id': ['owner_id'],
  'public.stored_files.stored_files_pkey': ['id'],
  'public.stored_files.uq_stored_files_key': ['bucket_name', 'object_key'],
  'public.student_notes.fk_student_notes_booking_id': ['booking_id'],
  'public.student_notes.fk_student_notes_deleted_by': ['deleted_by'],
  'public.student_notes.fk_student_notes_student_id': ['student_id'],
  'public.student_notes.fk_student_notes_tutor_profile_id': ['tutor_profile_id'],
  'public.student_notes.student_notes_pkey': ['id'],
  'public.student_packages.chk_sessions_consistency': ['sessions_remaining', 'sessions_purchased', 'sessions_used'],
  'public.student_packages.chk_student_packages_currency': ['currency'],
  'public.student_packages.chk_student_packages_exhausted': ['status', 'sessions_remaining'],
  'public.student_packages.chk_student_packages_expiry': ['expires_at', 'purchased_at'],
  'public.student_packages.chk_student_packages_price': ['purchase_price_cents'],
  'public.student_packages.chk_student_packages_sessions': ['sessions_purchased', 'sessions_used', 'sessions_remaining'],
  'public.student_packages.chk_student_packages_status': ['status'],
  'public.student_packages.fk_student_packages_pricing_option_id': ['pricing_option_id'],
  'public.student_packages.fk_student_packages_student_id': ['student_id'],
  'public.student_packages.fk_student_packages_subject_id': ['subject_id'],
  'public.student_packages.fk_student_packages_tutor_profile_id': ['tutor_profile_id'],
  'public.student_packages.student_packages_pkey': ['id'],
  'public.student_profiles.chk_student_profiles_education_level': ['education_level'],
  'public.student_profiles.fk_student_profiles_deleted_by': ['deleted_by'],
  'public.student_profiles.fk_student_profiles_user_id': ['user_id'],
  'public.student_profiles.student_profiles_pkey': ['id'],
  'public.student_profiles.uq_student_profiles_user_id': ['user_id'],
  'public.subjects.chk_subjects_code': ['code'],
  'public.subjects.subjects_pkey': ['id'],
  'public.subjects.uq_subjects_code': ['code'],
  'public.subjects.uq_subjects_name': ['name'],
  'public.supported_currencies.chk_supported_currencies_code': ['code'],
  'public.supported_currencies.chk_supported_currencies_minor_units': ['minor_units'],
  'public.supported_currencies.supported_currencies_pkey': ['code'],
  'public.supported_languages.chk_supported_languages_code': ['code'],
  'public.supported_languages.supported_languages_pkey': ['code'],
  'public.tutor_availabilities.chk_tutor_availabilities_day': ['day_of_week'],
  'public.tutor_availabilities.chk_tutor_availabilities_effective': ['effective_from', 'effective_until'],
  'public.tutor_availabilities.chk_tutor_availabilities_grid': ['start_time', 'end_time'],
  'public.tutor_availabilities.chk_tutor_availabilities_order': ['start_time', 'end_time'],
  'public.tutor_availabilities.excl_tutor_availabilities_overlap': ['tutor_profile_id', 'day_of_week'],
  'public.tutor_availabilities.fk_tutor_availabilities_tutor_profile_id': ['tutor_profile_id'],
  'public.tutor_availabilities.tutor_availabilities_pkey': ['id'],
  'public.tutor_blackouts.chk_tutor_blackouts_order': ['start_at', 'end_at'],
  'public.tutor_blackouts.excl_tutor_blackouts_overlap': ['tutor_profile_id'],
  'public.tutor_blackouts.fk_tutor_blackouts_tutor_profile_id': ['tutor_profile_id'],
  'public.tutor_blackouts.tutor_blackouts_pkey': ['id'],
  'public.tutor_certifications.chk_tutor_certifications_dates': ['expires_on', 'issued_on'],
  'public.tutor_certifications.fk_tutor_certifications_tutor_profile_id': ['tutor_profile_id'],
  'public.tutor_certifications.tutor_certifications_pkey': ['id'],
  'public.tutor_education.chk_tutor_education_years': ['start_year', 'end_year'],
  'public.tutor_education.fk_tutor_education_tutor_profile_id': ['tutor_profile_id'],
  'public.tutor_education.tutor_education_pkey': ['id'],
  'public.tutor_languages.chk_tutor_languages_fluency': ['fluency'],
  'public.tutor_languages.fk_tutor_languages_language_code': ['language_code'],
  'public.tutor_languages.fk_tutor_languages_tutor_profile_id': ['tutor_profile_id'],
  'public.tutor_languages.tutor_languages_pkey': ['id'],
  'public.tutor_languages.uq_tutor_languages': ['tutor_profile_id', 'language_code'],
  'public.tutor_metrics.chk_tutor_metrics_counts': ['accepted_count', 'declined_count', 'expired_count', 'response_seconds'],
  'public.tutor_metrics.fk_tutor_metrics_tutor_profile_id': ['tutor_profile_id'],
  'public.tutor_metrics.tutor_metrics_pkey': ['tutor_profile_id'],
  'public.tutor_pricing_options.chk_tutor_pricing_options_currency': ['currency'],
  'public.tutor_pricing_options.chk_tutor_pricing_options_duration': ['duration_minutes'],
  'public.tutor_pricing_options.chk_tutor_pricing_options_price': ['price_cents'],
  'public.tutor_pricing_options.chk_tutor_pricing_options_sessions': ['sessions'],
  'public.tutor_pricing_options.chk_tutor_pricing_options_validity': ['validity_days'],
  'public.tutor_pricing_options.fk_tutor_pricing_options_tutor_profile_id': ['tutor_profile_id'],
  'public.tutor_pricing_options.tutor_pricing_options_pkey': ['id'],
  'public.tutor_profiles.chk_tutor_profiles_approved': ['is_approved', 'profile_status'],
  'public.tutor_profiles.chk_tutor_profiles_counts': ['total_reviews', 'total_sessions', 'average_rating'],
  'public.tutor_profiles.chk_tutor_profiles_currency': ['currency'],
  'public.tutor_profiles.chk_tutor_profiles_hourly_rate': ['hourly_rate'],
  'public.tutor_profiles.chk_tutor_profiles_rating': ['average_rating'],
  'public.tutor_profiles.chk_tutor_profiles_status': ['profile_status'],
  'public.tutor_profiles.fk_tutor_profiles_deleted_by': ['deleted_by'],
  'public.tutor_profiles.fk_tutor_profiles_user_id': ['user_id'],
  'public.tutor_profiles.tutor_profiles_pkey': ['id'],
  'public.tutor_profiles.uq_tutor_profiles_user_id': ['user_id'],
  'public.tutor_response_log.chk_tutor_response_log_response': ['response'],
  'public.tutor_response_log.chk_tutor_response_log_seconds': ['response_seconds'],
  'public.tutor_response_log.fk_tutor_response_log_booking_id': ['booking_id'],
  'public.tutor_response_log.fk_tutor_response_log_student_id': ['student_id'],
  'public.tutor_response_log.fk_tutor_response_log_tutor_profile_id': ['tutor_profile_id'],
  'public.tutor_response_log.tutor_response_log_pkey': ['id'],
  'public.tutor_response_log.uq_tutor_response_log_booking': ['booking_id'],
  'public.tutor_subjects.chk_tutor_subjects_level': ['level'],
  'public.tutor_subjects.chk_tutor_subjects_years': ['years_of_experience'],
  'public.tutor_subjects.fk_tutor_subjects_subject_id': ['subject_id'],
  'public.tutor_subjects.fk_tutor_subjects_tutor_profile_id': ['tutor_profile_id'],
  'public.tutor_subjects.tutor_subjects_pkey': ['id'],
  'public.tutor_subjects.uq_tutor_subjects': ['tutor_profile_id', 'subject_id'],
  'public.user_consents.chk_user_consents_purpose': ['purpose'],
  'public.user_consents.fk_user_consents_user_id': ['user_id'],
  'public.user_consents.user_consents_pkey': ['id'],
  'public.user_notification_preferences.chk_user_notification_preferences_category': ['category'],
  'public.user_notification_preferences.chk_user_notification_preferences_channel': ['channel'],
  'public.user_notification_preferences.chk_user_notification_preferences_quiet': ['quiet_from', 'quiet_until'],
  'public.user_notification_preferences.fk_user_notification_preferences_user_id': ['user_id'],
  'public.user_notification_preferences.uq_user_notification_preferences': ['user_id', 'channel', 'category'],
  'public.user_notification_preferences.user_notification_preferences_pkey': ['id'],
  'public.user_profiles.chk_user_profiles_country_code': ['country_code'],
  'public.user_profiles.chk_user_profiles_phone': ['phone'],
  'public.user_profiles.fk_user_profiles_deleted_by': ['deleted_by'],
  'public.user_profiles.fk_user_profiles_user_id': ['user_id'],
  'public.user_profiles.uq_user_profiles_user_id': ['user_id'],
  'public.user_profiles.user_profiles_pkey': ['id'],
  'public.users.chk_users_currency': ['currency'],
  'public.users.chk_users_email': ['email'],
  'public.users.chk_users_role': ['role'],
  'public.users.chk_users_timezone': ['timezone'],
  'public.users.fk_users_deleted_by': ['deleted_by'],
  'public.users.uq_users_email': ['email'],
  'public.users.users_pkey': ['id'],
  'public.wallet_transactions.chk_wallet_transactions_amount': ['amount_cents'],
  'public.wallet_transactions.chk_wallet_transactions_type': ['type'],
  'public.wallet_transactions.fk_wallet_transactions_booking_id': ['booking_id'],
  'public.wallet_transactions.fk_wallet_transactions_wallet_id': ['wallet_id'],
  'public.wallet_transactions.wallet_transactions_pkey': ['id'],
  'public.wallets.chk_wallets_balance': ['kind', 'balance_cents'],
  'public.wallets.chk_wallets_currency': ['currency'],
  'public.wallets.chk_wallets_kind': ['kind'],
  'public.wallets.chk_wallets_owner': ['kind', 'user_id'],
  'public.wallets.fk_wallets_user_id': ['user_id'],
  'public.wallets.wallets_pkey': ['id'],
  'public.webhook_events.chk_webhook_events_attempts': ['attempts'],
  'public.webhook_events.uq_webhook_events_event': ['provider', 'event_id'],
  'public.webhook_events.webhook_events_pkey': ['id'],
};

function named({ schema, table, constraint }: ServerFields): typeof DatabaseError | undefined {
  if (constraint === undefined) return undefined;
  return (
    NAMED.get(`${schema}.${table}.${constraint}`) ?? NAMED.get(`${table}.${constraint}`) ?? NAMED.get(constraint)
  );
}

/** The error with a class by its constraint or its SQLSTATE; what has none comes back as it is. For queries of your own. */
export function typedError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof DatabaseError) return thrown;
  const { code, constraint } = thrown as Error & { code?: unknown; constraint?: unknown };
  if (typeof code !== 'string') return thrown;
  // From PostgreSQL 18 on ON DELETE RESTRICT says 23001; without a constraint it is a trigger's own.
  const standard = code === '23001' && constraint === undefined ? undefined : STANDARD[code];
  const known = OWN[code] ?? (standard === undefined ? undefined : (named(thrown as Error & ServerFields) ?? standard));
  return known === undefined ? thrown : new known(thrown as Error & ServerFields);
}

/** Arguments of public.accept_booking. */
export interface AcceptBookingArgs {
  readonly bookingId: number;
  readonly expectedVersion?: number | null | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * The tutor agrees: REQUESTED to SCHEDULED, PENDING to AUTHORIZED. Refusals: BK001, BK002, BK003, BK004 the student has another lesson then, BK007 start passed, BK404.
 *
 * function public.accept_booking(p_booking_id integer, p_expected_version integer, p_now timestamp with time zone)
 */
export function acceptBooking(db: Queryable, args: AcceptBookingArgs): Promise<BookingRow> {
  return oneRow<BookingRow>(run(db, 'SELECT * FROM "public"."accept_booking"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_expected_version" => ', 'integer', args.expectedVersion],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'accept_booking', true);
}

/** Arguments of public.act_as. */
export interface ActAsArgs {
  readonly userId: number;
}

/**
 * Opens a transaction for an account, which is looked up once; null: a visitor. False: the account may not act, and is nobody.
 *
 * function public.act_as(p_user_id integer)
 */
export function actAs(db: Queryable, args: ActAsArgs): Promise<boolean | null> {
  return oneValue<boolean | null>(run(db, 'SELECT * FROM "public"."act_as"(', [
    ['"p_user_id" => ', 'integer', args.userId],
  ], ') AS t(value)'));
}

/**
 * Tutor profile of the account that app.user_id names, when it may act at this moment; null otherwise.
 *
 * function public.active_tutor_profile_id()
 */
export function activeTutorProfileId(db: Queryable): Promise<number | null> {
  return oneValue<number | null>(run(db, 'SELECT * FROM "public"."active_tutor_profile_id"(', [], ') AS t(value)'));
}

/**
 * The account that app.user_id names, when it may act at this moment; null otherwise.
 *
 * function public.active_user_id()
 */
export function activeUserId(db: Queryable): Promise<number | null> {
  return oneValue<number | null>(run(db, 'SELECT * FROM "public"."active_user_id"(', [], ') AS t(value)'));
}

/**
 * Role of the account that app.user_id names, when it may act at this moment; null otherwise.
 *
 * function public.active_user_role()
 */
export function activeUserRole(db: Queryable): Promise<string | null> {
  return oneValue<string | null>(run(db, 'SELECT * FROM "public"."active_user_role"(', [], ') AS t(value)'));
}

/** Arguments of public.available_slots. */
export interface AvailableSlotsArgs {
  readonly tutorProfileId: number;
  readonly from: PgDate | string;
  readonly until: PgDate | string;
  readonly duration?: PgInterval | string | undefined;
}

/**
 * Starts, every half hour, at which an approved tutor is free for that long; at most 62 days are searched.
 *
 * function public.available_slots(p_tutor_profile_id integer, p_from timestamp with time zone, p_until timestamp with time zone, p_duration interval)
 */
export function availableSlots(db: Queryable, args: AvailableSlotsArgs): Promise<(PgDate | null)[]> {
  return allValues<PgDate | null>(run(db, 'SELECT * FROM "public"."available_slots"(', [
    ['"p_tutor_profile_id" => ', 'integer', args.tutorProfileId],
    ['"p_from" => ', 'timestamp with time zone', args.from],
    ['"p_until" => ', 'timestamp with time zone', args.until],
    ['"p_duration" => ', 'interval', args.duration],
  ], ') AS t(value)'));
}

/** Arguments of public.cancel_booking. */
export interface CancelBookingArgs {
  readonly bookingId: number;
  readonly reason?: string | null | undefined;
  readonly expectedVersion?: number | null | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * Student, tutor or administrator calls a lesson off. Money and credit go back, unless the student cancels an agreed lesson less than 24 hours before its start. Refusals: BK001, BK002, BK003, BK007 start passed, BK404.
 *
 * function public.cancel_booking(p_booking_id integer, p_reason text, p_expected_version integer, p_now timestamp with time zone)
 */
export function cancelBooking(db: Queryable, args: CancelBookingArgs): Promise<BookingRow> {
  return oneRow<BookingRow>(run(db, 'SELECT * FROM "public"."cancel_booking"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_reason" => ', 'text', args.reason],
    ['"p_expected_version" => ', 'integer', args.expectedVersion],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'cancel_booking', true);
}

/** Arguments of public.create_booking. */
export interface CreateBookingArgs {
  readonly tutorProfileId: number;
  readonly subjectId: number;
  readonly startTime: PgDate | string;
  readonly endTime: PgDate | string;
  readonly packageId?: number | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * A student asks for a lesson. Refusals: BK002 not a student, BK004 slot taken, BK005 outside availability, BK006 no credit, BK007 in the past, BK404 no such approved tutor, subject or package, or a subject the tutor does not teach, BK409 key used for another request.
 *
 * function public.create_booking(p_tutor_profile_id integer, p_subject_id integer, p_start_time timestamp with time zone, p_end_time timestamp with time zone, p_package_id integer, p_idempotency_key text, p_now timestamp with time zone)
 */
export function createBooking(db: Queryable, args: CreateBookingArgs): Promise<BookingRow> {
  return oneRow<BookingRow>(run(db, 'SELECT * FROM "public"."create_booking"(', [
    ['"p_tutor_profile_id" => ', 'integer', args.tutorProfileId],
    ['"p_subject_id" => ', 'integer', args.subjectId],
    ['"p_start_time" => ', 'timestamp with time zone', args.startTime],
    ['"p_end_time" => ', 'timestamp with time zone', args.endTime],
    ['"p_package_id" => ', 'integer', args.packageId],
    ['"p_idempotency_key" => ', 'text', args.idempotencyKey],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'create_booking', true);
}

/** Arguments of public.create_month_partitions. */
export interface CreateMonthPartitionsArgs {
  readonly parent: string;
  readonly monthsAhead: number;
  readonly pNow?: PgDate | string | undefined;
}

/**
 * Makes the default partition and one for each of the next months (0: only the default); rows already in the default move. Returns how many were made.
 *
 * function public.create_month_partitions(parent regclass, months_ahead integer, p_now timestamp with time zone)
 */
export function createMonthPartitions(db: Queryable, args: CreateMonthPartitionsArgs): Promise<number | null> {
  return oneValue<number | null>(run(db, 'SELECT * FROM "public"."create_month_partitions"(', [
    ['"parent" => ', 'regclass', args.parent],
    ['"months_ahead" => ', 'integer', args.monthsAhead],
    ['"p_now" => ', 'timestamp with time zone', args.pNow],
  ], ') AS t(value)'));
}

/**
 * Tutor profile of the account the transaction acts for; null when it has none.
 *
 * function public.current_tutor_profile_id()
 */
export function currentTutorProfileId(db: Queryable): Promise<number | null> {
  return oneValue<number | null>(run(db, 'SELECT * FROM "public"."current_tutor_profile_id"(', [], ') AS t(value)'));
}

/**
 * Who the transaction acts for (SET LOCAL app.user_id); null: an anonymous visitor.
 *
 * function public.current_user_id()
 */
export function currentUserId(db: Queryable): Promise<number | null> {
  return oneValue<number | null>(run(db, 'SELECT * FROM "public"."current_user_id"(', [], ') AS t(value)'));
}

/**
 * Role of the account the transaction acts for; null for nobody and for inactive or deleted accounts.
 *
 * function public.current_user_role()
 */
export function currentUserRole(db: Queryable): Promise<string | null> {
  return oneValue<string | null>(run(db, 'SELECT * FROM "public"."current_user_role"(', [], ') AS t(value)'));
}

/** Arguments of public.decline_booking. */
export interface DeclineBookingArgs {
  readonly bookingId: number;
  readonly reason?: string | null | undefined;
  readonly expectedVersion?: number | null | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * The tutor says no: REQUESTED to CANCELLED, PENDING to VOIDED, credit restored. Refusals: BK001, BK002, BK003, BK404.
 *
 * function public.decline_booking(p_booking_id integer, p_reason text, p_expected_version integer, p_now timestamp with time zone)
 */
export function declineBooking(db: Queryable, args: DeclineBookingArgs): Promise<BookingRow> {
  return oneRow<BookingRow>(run(db, 'SELECT * FROM "public"."decline_booking"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_reason" => ', 'text', args.reason],
    ['"p_expected_version" => ', 'integer', args.expectedVersion],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'decline_booking', true);
}

/** Arguments of public.end_session. */
export interface EndSessionArgs {
  readonly bookingId: number;
  readonly outcome: string;
  readonly expectedVersion?: number | null | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * Ends a running lesson with its outcome. Refusals: BK001, BK002, BK003, BK404.
 *
 * function public.end_session(p_booking_id integer, p_outcome text, p_expected_version integer, p_now timestamp with time zone)
 */
export function endSession(db: Queryable, args: EndSessionArgs): Promise<BookingRow> {
  return oneRow<BookingRow>(run(db, 'SELECT * FROM "public"."end_session"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_outcome" => ', 'text', args.outcome],
    ['"p_expected_version" => ', 'integer', args.expectedVersion],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'end_session', true);
}

/** Arguments of public.expire_bookings. */
export interface ExpireBookingsArgs {
  readonly limit?: number | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * Expires requests that nobody answered within 24 hours or before their start: money and credit go back. Returns those it expired, at most p_limit.
 *
 * function public.expire_bookings(p_limit integer, p_now timestamp with time zone)
 */
export function expireBookings(db: Queryable, args: ExpireBookingsArgs = {}): Promise<BookingRow[]> {
  return allRows<BookingRow>(run(db, 'SELECT * FROM "public"."expire_bookings"(', [
    ['"p_limit" => ', 'integer', args.limit],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'));
}

/**
 * Whether the transaction acts for an administrator or the owner of the marketplace.
 *
 * function public.is_admin()
 */
export function isAdmin(db: Queryable): Promise<boolean | null> {
  return oneValue<boolean | null>(run(db, 'SELECT * FROM "public"."is_admin"(', [], ') AS t(value)'));
}

/**
 * Whether a job of the platform asks: a member of app_system, acting for no user.
 *
 * function public.is_system()
 */
export function isSystem(db: Queryable): Promise<boolean | null> {
  return oneValue<boolean | null>(run(db, 'SELECT * FROM "public"."is_system"(', [], ') AS t(value)'));
}

/** Arguments of public.is_tutor_available. */
export interface IsTutorAvailableArgs {
  readonly tutorProfileId: number;
  readonly startTime: PgDate | string;
  readonly endTime: PgDate | string;
}

/**
 * Whether the whole span lies inside the weekly hours of the tutor, read on the wall clock of the tutor's time zone, and outside time off.
 *
 * function public.is_tutor_available(p_tutor_profile_id integer, p_start_time timestamp with time zone, p_end_time timestamp with time zone)
 */
export function isTutorAvailable(db: Queryable, args: IsTutorAvailableArgs): Promise<boolean | null> {
  return oneValue<boolean | null>(run(db, 'SELECT * FROM "public"."is_tutor_available"(', [
    ['"p_tutor_profile_id" => ', 'integer', args.tutorProfileId],
    ['"p_start_time" => ', 'timestamp with time zone', args.startTime],
    ['"p_end_time" => ', 'timestamp with time zone', args.endTime],
  ], ') AS t(value)'));
}

/** Arguments of public.log_lesson. */
export interface LogLessonArgs {
  readonly bookingId: number;
  readonly topics: string;
  readonly skillCodes?: readonly (string | null)[] | undefined;
  readonly gains?: readonly (string | number | bigint | null)[] | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * The tutor says what a completed lesson covered; progress in each skill grows by its gain. Refusals: BK001, BK002, BK404, 23514 beyond 0..1.
 *
 * function public.log_lesson(p_booking_id integer, p_topics text, p_skill_codes text[], p_gains numeric[], p_now timestamp with time zone)
 */
export function logLesson(db: Queryable, args: LogLessonArgs): Promise<LessonRow> {
  return oneRow<LessonRow>(run(db, 'SELECT * FROM "public"."log_lesson"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_topics" => ', 'text', args.topics],
    ['"p_skill_codes" => ', 'text[]', args.skillCodes],
    ['"p_gains" => ', 'numeric[]', args.gains],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'log_lesson', true);
}

/** Arguments of public.mark_no_show. */
export interface MarkNoShowArgs {
  readonly bookingId: number;
  readonly expectedVersion?: number | null | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * One side reports that the other did not come, from ten minutes after the start. A contrary report opens a dispute. Refusals: BK001, BK002, BK003, BK007, BK404.
 *
 * function public.mark_no_show(p_booking_id integer, p_expected_version integer, p_now timestamp with time zone)
 */
export function markNoShow(db: Queryable, args: MarkNoShowArgs): Promise<BookingRow> {
  return oneRow<BookingRow>(run(db, 'SELECT * FROM "public"."mark_no_show"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_expected_version" => ', 'integer', args.expectedVersion],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'mark_no_show', true);
}

/** Arguments of public.mark_outbox_published. */
export interface MarkOutboxPublishedArgs {
  readonly ids: readonly (string | number | bigint | null)[];
  readonly now?: PgDate | string | undefined;
}

/**
 * Marks events as handed on; call it after the hand-over, in the transaction that read them: a crash between repeats events, and loses none. Returns how many were still waiting. Refusals: BK002.
 *
 * function public.mark_outbox_published(p_ids bigint[], p_now timestamp with time zone)
 */
export function markOutboxPublished(db: Queryable, args: MarkOutboxPublishedArgs): Promise<number | null> {
  return oneValue<number | null>(run(db, 'SELECT * FROM "public"."mark_outbox_published"(', [
    ['"p_ids" => ', 'bigint[]', args.ids],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ') AS t(value)'));
}

/** A row that public.my_tutor_account returns. */
export interface MyTutorAccountResult {
  readonly tutor_profile_id: number | null;
  readonly profile_status: string | null;
  readonly rejected_reason: string | null;
  readonly stripe_account_id: string | null;
  readonly stripe_charges_enabled: boolean | null;
  readonly stripe_payouts_enabled: boolean | null;
}

/**
 * What only the tutor reads of the own profile; one row of nulls for everybody else.
 *
 * function public.my_tutor_account(OUT tutor_profile_id integer, OUT profile_status character varying, OUT rejected_reason text, OUT stripe_account_id character varying, OUT stripe_charges_enabled boolean, OUT stripe_payouts_enabled boolean)
 */
export function myTutorAccount(db: Queryable): Promise<MyTutorAccountResult> {
  return oneRow<MyTutorAccountResult>(run(db, 'SELECT * FROM "public"."my_tutor_account"(', [], ')'), 'my_tutor_account', false);
}

/** Arguments of public.next_outbox_events. */
export interface NextOutboxEventsArgs {
  readonly limit?: number | undefined;
}

/**
 * Events that wait to be handed on, in an order that is safe to publish; others wait until the transaction ends. Refusals: BK002.
 *
 * function public.next_outbox_events(p_limit integer)
 */
export function nextOutboxEvents(db: Queryable, args: NextOutboxEventsArgs = {}): Promise<OutboxEventRow[]> {
  return allRows<OutboxEventRow>(run(db, 'SELECT * FROM "public"."next_outbox_events"(', [
    ['"p_limit" => ', 'integer', args.limit],
  ], ')'));
}

/** Arguments of public.open_dispute. */
export interface OpenDisputeArgs {
  readonly bookingId: number;
  readonly reason: string;
  readonly expectedVersion?: number | null | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * Student or tutor contests the outcome of a terminal lesson, at most 30 days after its end. Refusals: BK001, BK002, BK003, BK007, BK404.
 *
 * function public.open_dispute(p_booking_id integer, p_reason text, p_expected_version integer, p_now timestamp with time zone)
 */
export function openDispute(db: Queryable, args: OpenDisputeArgs): Promise<BookingRow> {
  return oneRow<BookingRow>(run(db, 'SELECT * FROM "public"."open_dispute"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_reason" => ', 'text', args.reason],
    ['"p_expected_version" => ', 'integer', args.expectedVersion],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'open_dispute', true);
}

/** Arguments of public.record_payment. */
export interface RecordPaymentArgs {
  readonly bookingId: number;
  readonly amountCents: number;
  readonly status: string;
  readonly providerEventId: string;
  readonly providerPaymentId?: string | null | undefined;
  readonly provider?: string | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * What the payment provider reports of a payment; a repeated event changes nothing. Refusals: BK001, BK002, BK008 more than the price, BK404, BK409 event of another booking.
 *
 * function public.record_payment(p_booking_id integer, p_amount_cents integer, p_status text, p_provider_event_id text, p_provider_payment_id text, p_provider text, p_now timestamp with time zone)
 */
export function recordPayment(db: Queryable, args: RecordPaymentArgs): Promise<PaymentRow> {
  return oneRow<PaymentRow>(run(db, 'SELECT * FROM "public"."record_payment"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_amount_cents" => ', 'integer', args.amountCents],
    ['"p_status" => ', 'text', args.status],
    ['"p_provider_event_id" => ', 'text', args.providerEventId],
    ['"p_provider_payment_id" => ', 'text', args.providerPaymentId],
    ['"p_provider" => ', 'text', args.provider],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'record_payment', true);
}

/** Arguments of public.record_payout. */
export interface RecordPayoutArgs {
  readonly tutorProfileId: number;
  readonly amountCents: number;
  readonly currency: string;
  readonly providerEventId: string;
  readonly now?: PgDate | string | undefined;
}

/**
 * Money that left the wallet of a tutor for the bank; a repeated event changes nothing. Refusals: BK002, BK008 more than the wallet holds, BK404, BK409 event of another payout.
 *
 * function public.record_payout(p_tutor_profile_id integer, p_amount_cents integer, p_currency text, p_provider_event_id text, p_now timestamp with time zone)
 */
export function recordPayout(db: Queryable, args: RecordPayoutArgs): Promise<PayoutRow> {
  return oneRow<PayoutRow>(run(db, 'SELECT * FROM "public"."record_payout"(', [
    ['"p_tutor_profile_id" => ', 'integer', args.tutorProfileId],
    ['"p_amount_cents" => ', 'integer', args.amountCents],
    ['"p_currency" => ', 'text', args.currency],
    ['"p_provider_event_id" => ', 'text', args.providerEventId],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'record_payout', true);
}

/** Arguments of public.record_refund. */
export interface RecordRefundArgs {
  readonly paymentId: number;
  readonly amountCents: number;
  readonly reason: string;
  readonly providerEventId: string;
  readonly now?: PgDate | string | undefined;
}

/**
 * What the payment provider reports of a refund; a repeated event changes nothing. Refusals: BK001, BK002, BK008 more than was paid, BK404, BK409 event of another payment.
 *
 * function public.record_refund(p_payment_id integer, p_amount_cents integer, p_reason text, p_provider_event_id text, p_now timestamp with time zone)
 */
export function recordRefund(db: Queryable, args: RecordRefundArgs): Promise<RefundRow> {
  return oneRow<RefundRow>(run(db, 'SELECT * FROM "public"."record_refund"(', [
    ['"p_payment_id" => ', 'integer', args.paymentId],
    ['"p_amount_cents" => ', 'integer', args.amountCents],
    ['"p_reason" => ', 'text', args.reason],
    ['"p_provider_event_id" => ', 'text', args.providerEventId],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'record_refund', true);
}

/** Arguments of public.reschedule_booking. */
export interface RescheduleBookingArgs {
  readonly bookingId: number;
  readonly startTime: PgDate | string;
  readonly endTime: PgDate | string;
  readonly expectedVersion?: number | null | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * Student or tutor moves a lesson that has not begun, under the checks of booking. Refusals: BK001, BK002, BK003, BK004, BK005, BK007, BK404.
 *
 * function public.reschedule_booking(p_booking_id integer, p_start_time timestamp with time zone, p_end_time timestamp with time zone, p_expected_version integer, p_now timestamp with time zone)
 */
export function rescheduleBooking(db: Queryable, args: RescheduleBookingArgs): Promise<BookingRow> {
  return oneRow<BookingRow>(run(db, 'SELECT * FROM "public"."reschedule_booking"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_start_time" => ', 'timestamp with time zone', args.startTime],
    ['"p_end_time" => ', 'timestamp with time zone', args.endTime],
    ['"p_expected_version" => ', 'integer', args.expectedVersion],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'reschedule_booking', true);
}

/** Arguments of public.resolve_dispute. */
export interface ResolveDisputeArgs {
  readonly bookingId: number;
  readonly resolution: string;
  readonly refundCents?: number | null | undefined;
  readonly notes?: string | null | undefined;
  readonly expectedVersion?: number | null | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * An administrator upholds the outcome (UPHELD), or refunds in full or in part (REFUNDED). A full refund restores the credit. Refusals: BK001, BK002, BK003, BK008 more than was paid, BK404.
 *
 * function public.resolve_dispute(p_booking_id integer, p_resolution text, p_refund_cents integer, p_notes text, p_expected_version integer, p_now timestamp with time zone)
 */
export function resolveDispute(db: Queryable, args: ResolveDisputeArgs): Promise<BookingRow> {
  return oneRow<BookingRow>(run(db, 'SELECT * FROM "public"."resolve_dispute"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_resolution" => ', 'text', args.resolution],
    ['"p_refund_cents" => ', 'integer', args.refundCents],
    ['"p_notes" => ', 'text', args.notes],
    ['"p_expected_version" => ', 'integer', args.expectedVersion],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'), 'resolve_dispute', true);
}

/** Arguments of public.restore_row. */
export interface RestoreRowArgs {
  readonly table: string;
  readonly id: string | number | bigint;
}

/**
 * Undoes soft_delete_row, with what went along; returns how many rows came back, 0 when it was not deleted. Refusals: BK002, 22023 no such table.
 *
 * function public.restore_row(p_table text, p_id bigint)
 */
export function restoreRow(db: Queryable, args: RestoreRowArgs): Promise<number | null> {
  return oneValue<number | null>(run(db, 'SELECT * FROM "public"."restore_row"(', [
    ['"p_table" => ', 'text', args.table],
    ['"p_id" => ', 'bigint', args.id],
  ], ') AS t(value)'));
}

/** Arguments of public.search_tutors. */
export interface SearchTutorsArgs {
  readonly query?: string | null | undefined;
  readonly subjectId?: number | null | undefined;
  readonly currency?: string | null | undefined;
  readonly minRate?: string | number | bigint | null | undefined;
  readonly maxRate?: string | number | bigint | null | undefined;
  readonly languageCode?: string | null | undefined;
  readonly minRating?: string | number | bigint | null | undefined;
  readonly freeFrom?: PgDate | string | null | undefined;
  readonly freeUntil?: PgDate | string | null | undefined;
  readonly duration?: PgInterval | string | undefined;
  readonly afterScore?: string | number | bigint | null | undefined;
  readonly afterId?: number | null | undefined;
  readonly limit?: number | undefined;
}

/** A row that public.search_tutors returns. */
export interface SearchTutorsResult {
  readonly tutor_profile_id: number | null;
  readonly title: string | null;
  readonly headline: string | null;
  readonly hourly_rate: string | null;
  readonly currency: string | null;
  readonly average_rating: string | null;
  readonly total_reviews: number | null;
  readonly total_sessions: number | null;
  readonly badges: (string | null)[] | null;
  readonly score: string | null;
}

/**
 * Approved tutors, best first, by words, subject, price, language, rating and free time; the next page starts after score and id of the last row. Refusals: 22023.
 *
 * function public.search_tutors(p_query text, p_subject_id integer, p_currency text, p_min_rate numeric, p_max_rate numeric, p_language_code text, p_min_rating numeric, p_free_from timestamp with time zone, p_free_until timestamp with time zone, p_duration interval, p_after_score numeric, p_after_id integer, p_limit integer)
 */
export function searchTutors(db: Queryable, args: SearchTutorsArgs = {}): Promise<SearchTutorsResult[]> {
  return allRows<SearchTutorsResult>(run(db, 'SELECT * FROM "public"."search_tutors"(', [
    ['"p_query" => ', 'text', args.query],
    ['"p_subject_id" => ', 'integer', args.subjectId],
    ['"p_currency" => ', 'text', args.currency],
    ['"p_min_rate" => ', 'numeric', args.minRate],
    ['"p_max_rate" => ', 'numeric', args.maxRate],
    ['"p_language_code" => ', 'text', args.languageCode],
    ['"p_min_rating" => ', 'numeric', args.minRating],
    ['"p_free_from" => ', 'timestamp with time zone', args.freeFrom],
    ['"p_free_until" => ', 'timestamp with time zone', args.freeUntil],
    ['"p_duration" => ', 'interval', args.duration],
    ['"p_after_score" => ', 'numeric', args.afterScore],
    ['"p_after_id" => ', 'integer', args.afterId],
    ['"p_limit" => ', 'integer', args.limit],
  ], ')'));
}

/** Arguments of public.soft_delete_row. */
export interface SoftDeleteRowArgs {
  readonly table: string;
  readonly id: string | number | bigint;
  readonly now?: PgDate | string | undefined;
}

/**
 * Deletes softly, with the profiles of an account and the attachments of a message; returns how many rows changed, 0 when it was deleted already. Refusals: BK001 lessons lie ahead, BK002, 22023 no such table.
 *
 * function public.soft_delete_row(p_table text, p_id bigint, p_now timestamp with time zone)
 */
export function softDeleteRow(db: Queryable, args: SoftDeleteRowArgs): Promise<number | null> {
  return oneValue<number | null>(run(db, 'SELECT * FROM "public"."soft_delete_row"(', [
    ['"p_table" => ', 'text', args.table],
    ['"p_id" => ', 'bigint', args.id],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ') AS t(value)'));
}

/** Arguments of public.start_sessions. */
export interface StartSessionsArgs {
  readonly limit?: number | undefined;
  readonly now?: PgDate | string | undefined;
}

/**
 * Lets every agreed lesson whose start has come begin: SCHEDULED to ACTIVE. Returns those it started, at most p_limit.
 *
 * function public.start_sessions(p_limit integer, p_now timestamp with time zone)
 */
export function startSessions(db: Queryable, args: StartSessionsArgs = {}): Promise<BookingRow[]> {
  return allRows<BookingRow>(run(db, 'SELECT * FROM "public"."start_sessions"(', [
    ['"p_limit" => ', 'integer', args.limit],
    ['"p_now" => ', 'timestamp with time zone', args.now],
  ], ')'));
}

/** Arguments of public.submit_review. */
export interface SubmitReviewArgs {
  readonly bookingId: number;
  readonly rating: number;
  readonly comment?: string | null | undefined;
}

/**
 * The student reviews a completed lesson, once. Refusals: BK001 not completed or reviewed already, BK002, BK404.
 *
 * function public.submit_review(p_booking_id integer, p_rating integer, p_comment text)
 */
export function submitReview(db: Queryable, args: SubmitReviewArgs): Promise<ReviewRow> {
  return oneRow<ReviewRow>(run(db, 'SELECT * FROM "public"."submit_review"(', [
    ['"p_booking_id" => ', 'integer', args.bookingId],
    ['"p_rating" => ', 'integer', args.rating],
    ['"p_comment" => ', 'text', args.comment],
  ], ')'), 'submit_review', true);
}

/** Arguments of public.tutor_score. */
export interface TutorScoreArgs {
  readonly searchVector: string;
  readonly query: string;
  readonly averageRating: string | number | bigint;
  readonly totalReviews: number;
}

/**
 * Order of search results: how well the words fit, plus the rating damped by the number of reviews.
 *
 * function public.tutor_score(p_search_vector tsvector, p_query tsquery, p_average_rating numeric, p_total_reviews integer)
 */
export function tutorScore(db: Queryable, args: TutorScoreArgs): Promise<string | null> {
  return oneValue<string | null>(run(db, 'SELECT * FROM "public"."tutor_score"(', [
    ['"p_search_vector" => ', 'tsvector', args.searchVector],
    ['"p_query" => ', 'tsquery', args.query],
    ['"p_average_rating" => ', 'numeric', args.averageRating],
    ['"p_total_reviews" => ', 'integer', args.totalReviews],
  ], ') AS t(value)'));
}

/** A row that public.verify_audit_chain returns. */
export interface VerifyAuditChainResult {
  readonly id: string | null;
  readonly fault: string | null;
}

/**
 * Rows of the audit log that were changed or lost their predecessor; none when the log is whole.
 *
 * function public.verify_audit_chain()
 */
export function verifyAuditChain(db: Queryable): Promise<VerifyAuditChainResult[]> {
  return allRows<VerifyAuditChainResult>(run(db, 'SELECT * FROM "public"."verify_audit_chain"(', [], ')'));
}
