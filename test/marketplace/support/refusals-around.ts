/** What the tables around the core refuse: a row that is right but for one value. */
import type { Session } from '../../../src/pg/pool.ts';
import { ServerError } from '../../../src/pg/server-error.ts';

type Values = Readonly<Record<string, unknown>>;
/** Constraint, table, and what is wrong with the row. Rows of UNIQUE constraints are written twice. */
export const AROUND: readonly (readonly [constraint: string, table: string, wrong: Values])[] = [
  ['chk_refunds_amount', 'refunds', { amount_cents: 0 }],
  ['chk_refunds_currency', 'refunds', { currency: 'eur' }],
  ['chk_refunds_reason', 'refunds', { reason: 'x' }],
  ['uq_refunds_provider_event', 'refunds', { provider_event_id: 'evt' }],
  ['chk_wallets_currency', 'wallets', { currency: 'e', balance_cents: 0 }],
  ['chk_wallets_kind', 'wallets', { kind: 'x', balance_cents: 0, user_id: null }],
  ['chk_wallets_owner', 'wallets', { kind: 'user', balance_cents: 0, user_id: null }],
  ['chk_wallet_transactions_amount', 'wallet_transactions', { amount_cents: 0 }],
  ['chk_payouts_amount', 'payouts', { amount_cents: 0 }],
  ['chk_payouts_currency', 'payouts', { currency: '' }],
  ['chk_payouts_paid', 'payouts', { status: 'PAID' }],
  ['chk_payouts_status', 'payouts', { status: 'x' }],
  ['uq_payouts_provider_event', 'payouts', { provider_event_id: 'evt' }],
  ['chk_reviews_rating', 'reviews', { rating: 6 }],
  ['chk_reviews_response', 'reviews', { tutor_response: 'thanks' }],
  ['uq_review_booking', 'reviews', {}],
  ['chk_supported_currencies_code', 'supported_currencies', { code: 'eur' }],
  ['chk_supported_currencies_minor_units', 'supported_currencies', { code: 'XXX', minor_units: 5 }],
  ['chk_supported_languages_code', 'supported_languages', { code: 'EN' }],
  ['chk_currency_rates_pair', 'currency_rates', { quote_currency: 'EUR' }],
  ['chk_currency_rates_rate', 'currency_rates', { rate: 0 }],
  ['uq_currency_rates_day', 'currency_rates', {}],
  ['chk_user_notification_preferences_category', 'user_notification_preferences', { category: 'x' }],
  ['chk_user_notification_preferences_channel', 'user_notification_preferences', { channel: 'x' }],
  ['chk_user_notification_preferences_quiet', 'user_notification_preferences', { quiet_from: '22:00' }],
  ['uq_user_notification_preferences', 'user_notification_preferences', {}],
  ['chk_tutor_subjects_level', 'tutor_subjects', { level: 'x' }],
  ['chk_tutor_subjects_years', 'tutor_subjects', { years_of_experience: 81 }],
  ['uq_tutor_subjects', 'tutor_subjects', {}],
  ['chk_tutor_certifications_dates', 'tutor_certifications', { expires_on: '2020-01-01' }],
  ['chk_tutor_education_years', 'tutor_education', { end_year: 1999 }],
  ['chk_tutor_pricing_options_currency', 'tutor_pricing_options', { currency: '12' }],
  ['chk_tutor_pricing_options_duration', 'tutor_pricing_options', { duration_minutes: 14 }],
  ['chk_tutor_pricing_options_price', 'tutor_pricing_options', { price_cents: 0 }],
  ['chk_tutor_pricing_options_sessions', 'tutor_pricing_options', { sessions: 0 }],
  ['chk_tutor_pricing_options_validity', 'tutor_pricing_options', { validity_days: 0 }],
  ['chk_tutor_languages_fluency', 'tutor_languages', { fluency: 'x' }],
  ['uq_tutor_languages', 'tutor_languages', {}],
  ['uq_favorite', 'favorite_tutors', {}],
  ['chk_session_materials_place', 'session_materials', { object_key: 'k' }],
  ['chk_session_materials_type', 'session_materials', { material_type: 'x' }],
  ['chk_booking_waitlist_order', 'booking_waitlist', { end_time: '2026-06-01' }],
  ['chk_booking_waitlist_status', 'booking_waitlist', { status: 'x' }],
  ['uq_booking_waitlist', 'booking_waitlist', {}],
  ['chk_skills_code', 'skills', { code: 'math' }],
  ['uq_skills_code', 'skills', {}],
  ['chk_lessons_duration', 'lessons', { duration_minutes: 0 }],
  ['uq_lessons_booking', 'lessons', {}],
  ['chk_progress_proficiency', 'progress', { proficiency: 1.001 }],
  ['uq_progress_skill', 'progress', {}],
  ['chk_learning_goals_reached', 'learning_goals', { status: 'REACHED' }],
  ['chk_learning_goals_status', 'learning_goals', { status: 'x' }],
  ['chk_learning_goals_target', 'learning_goals', { target_proficiency: -0.1 }],
  ['chk_conversations_two', 'conversations', { same: 'student_id tutor_user_id' }],
  ['uq_conversations_pair', 'conversations', {}],
  ['chk_messages_body', 'messages', { body: '' }],
  ['chk_messages_read', 'messages', { is_read: true }],
  ['chk_messages_two', 'messages', { same: 'sender_id recipient_id' }],
  ['chk_message_attachments_key', 'message_attachments', { object_key: 'x' }],
  ['chk_message_attachments_mime', 'message_attachments', { mime_type: 'text/html' }],
  ['chk_message_attachments_size', 'message_attachments', { size_bytes: 10_485_761 }],
  ['uq_message_attachments_key', 'message_attachments', {}],
  ['chk_notification_templates_channel', 'notification_templates', { channel: 'x' }],
  ['uq_notification_templates', 'notification_templates', {}],
  ['chk_notifications_channel', 'notifications', { channel: 'x' }],
  ['chk_file_buckets_mime', 'file_buckets', { mime_types: ['text/html'] }],
  ['chk_file_buckets_size', 'file_buckets', { max_size_bytes: 0 }],
  ['chk_file_buckets_ttl', 'file_buckets', { url_ttl_seconds: 0 }],
  ['chk_stored_files_checksum', 'stored_files', { checksum: 'x' }],
  ['chk_stored_files_key', 'stored_files', { object_key: '1/avatar.exe' }],
  ['chk_stored_files_size', 'stored_files', { size_bytes: 0 }],
  ['uq_stored_files_key', 'stored_files', {}],
  ['chk_user_consents_purpose', 'user_consents', { purpose: 'x' }],
  ['chk_data_subject_requests_completed', 'data_subject_requests', { status: 'COMPLETED' }],
  ['chk_data_subject_requests_kind', 'data_subject_requests', { kind: 'x' }],
  ['chk_data_subject_requests_status', 'data_subject_requests', { status: 'x' }],
  ['chk_erasure_log_action', 'erasure_log', { action: 'x' }],
  ['chk_erasure_log_count', 'erasure_log', { row_count: -1 }],
  ['chk_erasure_log_digest', 'erasure_log', { subject_digest: 'x' }],
  ['chk_retention_policies_action', 'retention_policies', { action: 'x', keep: '1 day' }],
  ['chk_retention_policies_keep', 'retention_policies', { action: 'delete' }],
  ['uq_retention_policies', 'retention_policies', {}],
  ['chk_retention_runs_count', 'retention_runs', { row_count: -1 }],
  ['chk_retention_runs_order', 'retention_runs', { finished_at: '2000-01-01' }],
  ['chk_webhook_events_attempts', 'webhook_events', { attempts: -1 }],
  ['uq_webhook_events_event', 'webhook_events', {}],
  ['chk_reports_category', 'reports', { category: 'x' }],
  ['chk_reports_resolved', 'reports', { status: 'RESOLVED' }],
  ['chk_reports_status', 'reports', { status: 'x' }],
  ['chk_audit_log_operation', 'audit_log', { operation: 'x' }],
  ['chk_wallets_owner', 'wallets', { kind: 'platform', balance_cents: 0, currency: 'CHF', same: 'id user_id' }],
  ['chk_payouts_paid', 'payouts', { status: 'PENDING', paid_at: '2026-01-01' }],
  ['chk_reviews_rating', 'reviews', { rating: 0 }],
  ['chk_reviews_response', 'reviews', { responded_at: '2026-01-01' }],
  ['chk_supported_currencies_minor_units', 'supported_currencies', { code: 'XXX', minor_units: -1 }],
  ['chk_user_notification_preferences_quiet', 'user_notification_preferences', { quiet_until: '22:00' }],
  ['chk_tutor_subjects_years', 'tutor_subjects', { years_of_experience: -1 }],
  ['chk_tutor_education_years', 'tutor_education', { start_year: 1899 }],
  ['chk_tutor_education_years', 'tutor_education', { start_year: 2201 }],
  ['chk_tutor_education_years', 'tutor_education', { end_year: 2201 }],
  ['chk_tutor_pricing_options_duration', 'tutor_pricing_options', { duration_minutes: 481 }],
  ['chk_tutor_pricing_options_sessions', 'tutor_pricing_options', { sessions: 101 }],
  ['chk_progress_proficiency', 'progress', { proficiency: -0.001 }],
  ['chk_learning_goals_target', 'learning_goals', { target_proficiency: 1.001 }],
  ['chk_learning_goals_reached', 'learning_goals', { reached_at: '2026-01-01' }],
  ['chk_messages_body', 'messages', { body: 'x'.repeat(10_001) }],
  ['chk_message_attachments_size', 'message_attachments', { size_bytes: 0 }],
  ['chk_file_buckets_mime', 'file_buckets', { mime_types: [] }],
  ['chk_file_buckets_size', 'file_buckets', { max_size_bytes: 10_485_761 }],
  ['chk_file_buckets_ttl', 'file_buckets', { url_ttl_seconds: 86_401 }],
  ['chk_data_subject_requests_completed', 'data_subject_requests', { completed_at: '2026-01-01' }],
  ['chk_retention_policies_keep', 'retention_policies', { action: 'keep', keep: '1 day' }],
  ['chk_reports_resolved', 'reports', { resolved_at: '2026-01-01' }],
];

/** A row of the table with these values instead, under a new id; twice where it must be unique. Inside the caller's transaction. */
export async function refusedBy(s: Session, [guard, table, wrong]: (typeof AROUND)[number]): Promise<string> {
  const found = await s.query<{ name: string }>(
    `SELECT attname::text AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''`,
    [table],
  );
  const columns = found.map(({ name }) => name).join(', ');
  const { same, ...values } = wrong;
  const [one = '', other = ''] = typeof same === 'string' ? same.split(' ') : [];
  const equal = one === '' ? '' : ` || jsonb_build_object('${other}', r.${one})`;
  const sql = `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::${table},
    (SELECT to_jsonb(r)${equal} || $1 FROM ${table} r ORDER BY 1 DESC LIMIT 1)), generate_series(1, ${guard.startsWith('uq_') ? 2 : 1})`;
  return refused(s, sql, [JSON.stringify(values)]);
}

/** The constraint, else the SQLSTATE, that stops a statement; `none` when it passes. Undone, inside the caller's transaction. */
export async function refused(s: Session, sql: string, params: readonly unknown[] = []): Promise<string> {
  await s.query('SAVEPOINT attempt');
  try {
    await (params.length === 0 ? s.batch(sql) : s.query(sql, params));
    return 'none';
  } catch (thrown) {
    if (thrown instanceof ServerError) return thrown.fields.constraint ?? thrown.sqlstate;
    throw thrown;
  } finally {
    await s.batch('ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt');
  }
}
