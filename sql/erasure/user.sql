-- Erases a person: strata subject erase <users.id>. Follows the tags in the comments of the tables: @erasure(delete) goes, @erasure(anonymise)
-- loses its words, @erasure(keep) stays: money, lessons and consents must be proved for years. Of bookings, which stay, the name becomes the
-- tombstone that guard_booking() lets through, and the person's own words go.
-- Harmless when repeated, for a person who does not exist, and in a backup from before one of the tables was made: restores run it.
-- What it does not do: cancel lessons that lie ahead (cancel_booking gives money back; a restored backup may hold lessons that were cancelled
-- since); delete objects in the object storage (strata files orphans finds them, their rows being gone); look for the person in what others
-- wrote (notes of a tutor's own students, messages to the person, reviews of the person), or in outbox_events and webhook_events (@erasure(keep),
-- gone after 30 and 90 days); user_consents keeps the address that a consent came from. conversations and tutor_response_log hold no words.
SET LOCAL search_path = public, pg_temp;

DO $erasure$
DECLARE
  person CONSTANT integer := current_setting('strata.subject')::integer;
  tutor CONSTANT integer := (SELECT id FROM tutor_profiles WHERE user_id = person);
  -- Salted with a moment that only this database knows; the account's row stays, so the digest stays the same.
  digest CONSTANT text := (SELECT encode(sha256(convert_to(id || ' ' || extract(epoch FROM created_at), 'UTF8')), 'hex') FROM users WHERE id = person);
  step record;
  touched bigint;
BEGIN
  FOR step IN SELECT * FROM (VALUES
    ('users', 'anonymise', $$UPDATE users SET email = 'erased-' || id || '@erased.invalid', hashed_password = '!', google_id = NULL,
        google_calendar_access_token = NULL, google_calendar_refresh_token = NULL, is_active = false, is_verified = false,
        last_active_at = NULL, deleted_at = coalesce(deleted_at, now())
      WHERE id = $1 AND (email, hashed_password, is_active, is_verified, deleted_at IS NULL,
          num_nonnulls(google_id, google_calendar_access_token, google_calendar_refresh_token, last_active_at))
        IS DISTINCT FROM ('erased-' || id || '@erased.invalid', '!', false, false, false, 0)$$),
    ('user_profiles', 'delete', 'DELETE FROM user_profiles WHERE user_id = $1'),
    ('student_profiles', 'delete', 'DELETE FROM student_profiles WHERE user_id = $1'),
    ('user_notification_preferences', 'delete', 'DELETE FROM user_notification_preferences WHERE user_id = $1'),
    ('notifications', 'delete', 'DELETE FROM notifications WHERE user_id = $1'),
    ('idempotency_keys', 'delete', 'DELETE FROM idempotency_keys WHERE user_id = $1'),
    ('stored_files', 'delete', 'DELETE FROM stored_files WHERE owner_id = $1'),
    ('session_materials', 'delete', 'DELETE FROM session_materials WHERE uploaded_by = $1'),
    ('message_attachments', 'delete', 'DELETE FROM message_attachments WHERE uploaded_by = $1'),
    ('student_notes', 'delete', 'DELETE FROM student_notes WHERE student_id = $1'),
    ('favorite_tutors', 'delete', 'DELETE FROM favorite_tutors WHERE student_id = $1'),
    ('booking_waitlist', 'delete', 'DELETE FROM booking_waitlist WHERE student_id = $1'),
    ('progress', 'delete', 'DELETE FROM progress WHERE student_id = $1'),
    ('learning_goals', 'delete', 'DELETE FROM learning_goals WHERE student_id = $1'),
    ('tutor_profiles', 'anonymise', $$UPDATE tutor_profiles SET title = '[deleted]', headline = NULL, bio = NULL, teaching_philosophy = NULL,
        rejected_reason = NULL, stripe_account_id = NULL, stripe_charges_enabled = false, stripe_payouts_enabled = false,
        is_approved = false, profile_status = 'archived', deleted_at = coalesce(deleted_at, now())
      WHERE id = $2 AND (title, profile_status, deleted_at IS NULL, stripe_charges_enabled, stripe_payouts_enabled,
          num_nonnulls(headline, bio, teaching_philosophy, rejected_reason, stripe_account_id))
        IS DISTINCT FROM ('[deleted]', 'archived', false, false, false, 0)$$),
    ('tutor_availabilities', 'delete', 'DELETE FROM tutor_availabilities WHERE tutor_profile_id = $2'),
    ('tutor_blackouts', 'delete', 'DELETE FROM tutor_blackouts WHERE tutor_profile_id = $2'),
    ('tutor_metrics', 'delete', 'DELETE FROM tutor_metrics WHERE tutor_profile_id = $2'),
    ('tutor_subjects', 'delete', 'DELETE FROM tutor_subjects WHERE tutor_profile_id = $2'),
    ('tutor_certifications', 'delete', 'DELETE FROM tutor_certifications WHERE tutor_profile_id = $2'),
    ('tutor_education', 'delete', 'DELETE FROM tutor_education WHERE tutor_profile_id = $2'),
    ('tutor_pricing_options', 'delete', 'DELETE FROM tutor_pricing_options WHERE tutor_profile_id = $2'),
    ('tutor_languages', 'delete', 'DELETE FROM tutor_languages WHERE tutor_profile_id = $2'),
    ('messages', 'anonymise', $$UPDATE messages SET body = '[deleted]' WHERE sender_id = $1 AND body <> '[deleted]'$$),
    ('reviews', 'anonymise', $$UPDATE reviews SET comment = CASE WHEN student_id = $1 THEN NULL ELSE comment END,
        tutor_response = CASE WHEN tutor_profile_id = $2 AND tutor_response IS NOT NULL THEN '[deleted]' ELSE tutor_response END
      WHERE student_id = $1 AND comment IS NOT NULL OR tutor_profile_id = $2 AND tutor_response <> '[deleted]'$$),
    ('lessons', 'anonymise', $$UPDATE lessons SET topics = '[deleted]', homework = NULL
      WHERE student_id = $1 AND (topics <> '[deleted]' OR homework IS NOT NULL)$$),
    ('reports', 'anonymise', $$UPDATE reports SET description = '[deleted]' WHERE reporter_id = $1 AND description <> '[deleted]'$$),
    ('audit_log', 'anonymise', 'UPDATE audit_log SET actor_id = NULL WHERE actor_id = $1'),
    ('bookings', 'anonymise', $$UPDATE bookings SET
        student_name = CASE WHEN student_id = $1 THEN '[deleted]' ELSE student_name END,
        tutor_name = CASE WHEN tutor_profile_id = $2 THEN '[deleted]' ELSE tutor_name END,
        cancellation_reason = CASE WHEN (student_id = $1 AND cancelled_by_role = 'STUDENT' OR tutor_profile_id = $2 AND cancelled_by_role = 'TUTOR')
          AND cancellation_reason IS NOT NULL THEN '[deleted]' ELSE cancellation_reason END,
        dispute_reason = CASE WHEN disputed_by = $1 AND dispute_reason IS NOT NULL THEN '[deleted]' ELSE dispute_reason END,
        join_url = NULL
      WHERE student_id = $1 AND student_name <> '[deleted]' OR tutor_profile_id = $2 AND tutor_name <> '[deleted]'
        OR (student_id = $1 AND cancelled_by_role = 'STUDENT' OR tutor_profile_id = $2 AND cancelled_by_role = 'TUTOR') AND cancellation_reason <> '[deleted]'
        OR disputed_by = $1 AND dispute_reason <> '[deleted]' OR (student_id = $1 OR tutor_profile_id = $2) AND join_url IS NOT NULL$$)
  ) AS steps (tbl, action, statement) LOOP
    CONTINUE WHEN to_regclass(step.tbl) IS NULL;
    EXECUTE step.statement USING person, tutor;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched > 0 AND to_regclass('erasure_log') IS NOT NULL THEN
      EXECUTE 'INSERT INTO erasure_log (subject_digest, table_name, action, row_count) VALUES ($1, $2, $3, $4)'
        USING digest, step.tbl, step.action, touched;
    END IF;
  END LOOP;
END
$erasure$;
