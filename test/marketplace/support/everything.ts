/** One row in each of the tables around a booking, for tests that look who sees it. */
import type { Session } from '../../../src/pg/pool.ts';
import { only } from './marketplace.ts';

export interface Around {
  readonly student: number;
  readonly tutorUser: number;
  readonly tutor: number;
  readonly booking: number;
  readonly subject: number;
}

export async function addEverythingAround(
  s: Session,
  { student, tutorUser, tutor, booking, subject }: Around,
): Promise<void> {
  const add = (table: string, row: Readonly<Record<string, unknown>>, key = 'id'): Promise<unknown> => {
    const columns = Object.keys(row);
    const values = columns.map((_, i) => `$${i + 1}`);
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values.join(', ')}) RETURNING ${key} AS key`;
    return only<{ key: unknown }>(s.query(sql, Object.values(row))).then((made) => made.key);
  };
  const HASH = 'a'.repeat(64);
  await add('supported_currencies', { code: 'EUR', name: 'Euro', symbol: '€' }, 'code');
  await add('supported_currencies', { code: 'USD', name: 'US dollar', symbol: '$' }, 'code');
  await add('supported_languages', { code: 'en', name: 'English', native_name: 'English' }, 'code');
  await add('currency_rates', {
    base_currency: 'EUR',
    quote_currency: 'USD',
    rate: '1.1',
    valid_on: '2026-01-01',
    source: 'ECB',
  });
  await add('user_notification_preferences', { user_id: student, channel: 'email', category: 'booking' });
  await add('tutor_certifications', { tutor_profile_id: tutor, title: 'c', issuer: 'i', issued_on: '2020-01-01' });
  await add('tutor_education', { tutor_profile_id: tutor, institution: 'i', degree: 'd', start_year: 2000 });
  await add('tutor_pricing_options', {
    tutor_profile_id: tutor,
    title: 't',
    duration_minutes: 60,
    price_cents: 100,
    currency: 'EUR',
  });
  await add('tutor_languages', { tutor_profile_id: tutor, language_code: 'en', fluency: 'native' });
  await add('favorite_tutors', { student_id: student, tutor_profile_id: tutor });
  await add('student_notes', { tutor_profile_id: tutor, student_id: student, content: 'private' });
  await add('student_notes', { tutor_profile_id: tutor, student_id: student, content: 'shared', is_private: false });
  await add('session_materials', {
    booking_id: booking,
    uploaded_by: tutorUser,
    title: 'm',
    url: 'https://example.org',
  });
  await add('booking_waitlist', {
    tutor_profile_id: tutor,
    student_id: student,
    start_time: '2026-06-01',
    end_time: '2026-06-02',
  });
  const skill = await add('skills', { subject_id: subject, code: 'MATH.1', name: 's' });
  const lesson = { booking_id: booking, tutor_profile_id: tutor, student_id: student, subject_id: subject };
  const lessonId = await add('lessons', { ...lesson, scheduled_at: '2026-06-01', duration_minutes: 60, topics: 't' });
  await add('progress', { student_id: student, skill_id: skill, lesson_id: lessonId, proficiency: '0.5' });
  await add('learning_goals', { student_id: student, title: 'g' });
  const conversation = await add('conversations', { student_id: student, tutor_user_id: tutorUser });
  const message = await add('messages', {
    conversation_id: conversation,
    sender_id: student,
    recipient_id: tutorUser,
    body: 'hello',
  });
  const attachment = { message_id: message, uploaded_by: student, object_key: `${message}/a.png`, filename: 'a.png' };
  await add('message_attachments', { ...attachment, mime_type: 'image/png', size_bytes: 1 });
  await add('notification_templates', { code: 'x', language_code: 'en', channel: 'email', subject: 's', body: 'b' });
  await add('notifications', { user_id: student, type: 'x', title: 't', body: 'b' });
  const bucket = { name: 'user-avatars', key_pattern: '^[0-9]+/avatar', mime_types: ['image/png'] };
  await add('file_buckets', bucket, 'name');
  const file = {
    bucket_name: 'user-avatars',
    object_key: `${student}/avatar.png`,
    owner_id: student,
    mime_type: 'image/png',
  };
  await add('stored_files', { ...file, size_bytes: 1, checksum: HASH });
  await add('user_consents', { user_id: student, purpose: 'terms', document_version: '1' });
  const request = await add('data_subject_requests', { user_id: student, kind: 'EXPORT', due_at: '2026-07-01' });
  await add('erasure_log', {
    request_id: request,
    subject_digest: HASH,
    table_name: 'users',
    action: 'keep',
    row_count: 0,
  });
  const policy = await add('retention_policies', { table_name: 'payments', rule: 'all', action: 'keep' });
  await add('retention_runs', { policy_id: policy });
  await add('webhook_events', { provider: 'stripe', event_id: 'e', event_type: 't', payload: '{}' });
  await add('reports', { reporter_id: student, category: 'other', description: 'd' });
}
