-- Tables that the scale set leaves empty, filled enough for a plan to mean something.
INSERT INTO user_consents (user_id, purpose, document_version) SELECT id, p, '1' FROM users, unnest(ARRAY['terms', 'privacy']) p;
INSERT INTO messages (conversation_id, sender_id, recipient_id, body)
SELECT c.id, c.student_id, c.tutor_user_id, 'x' FROM conversations c, generate_series(1, 200)
WHERE tutor_user_id = (SELECT user_id FROM tutor_profiles ORDER BY total_sessions DESC LIMIT 1);
INSERT INTO learning_goals (student_id, title) SELECT user_id, 'x' FROM student_profiles, generate_series(1, 3);
INSERT INTO student_notes (tutor_profile_id, student_id, content) SELECT t.id, p.user_id, 'x' FROM student_profiles p, (SELECT id FROM tutor_profiles ORDER BY total_sessions DESC LIMIT 5) t;
INSERT INTO student_packages (student_id, tutor_profile_id, sessions_purchased, sessions_remaining, purchase_price_cents)
SELECT p.user_id, t.id, 5, 5, 100 FROM student_profiles p, (SELECT id FROM tutor_profiles ORDER BY total_sessions DESC LIMIT 8) t;
INSERT INTO booking_waitlist (tutor_profile_id, student_id, start_time, end_time) SELECT tutor_profile_id, student_id, start_time, end_time FROM bookings WHERE id % 5 = 0;
INSERT INTO idempotency_keys (user_id, scope, idempotency_key, request_hash, created_at)
SELECT student_id, 'create_booking', id, repeat('0', 64), created_at FROM bookings WHERE id % 3 = 0;
INSERT INTO payouts (tutor_profile_id, amount_cents, currency) SELECT id, 1, 'EUR' FROM tutor_profiles LIMIT 9;
INSERT INTO webhook_events (provider, event_id, event_type, payload, processed_at)
SELECT 'stripe', n, 'x', '{}', CASE WHEN n % 50 > 0 THEN now() END FROM generate_series(1, 4000) n;
INSERT INTO reports (reporter_id, category, description, status, resolved_at)
SELECT user_id, 'other', 'x', CASE WHEN user_id % 50 > 0 THEN 'RESOLVED' ELSE 'OPEN' END, CASE WHEN user_id % 50 > 0 THEN now() END
FROM student_profiles, generate_series(1, 3);
INSERT INTO data_subject_requests (user_id, kind, status, due_at, completed_at)
SELECT user_id, 'EXPORT', CASE WHEN user_id % 50 > 0 THEN 'COMPLETED' ELSE 'RECEIVED' END, now(), CASE WHEN user_id % 50 > 0 THEN now() END
FROM student_profiles, generate_series(1, 2);
INSERT INTO outbox_events (aggregate_type, aggregate_id, event_type, payload, published_at)
SELECT 'booking', 1000000 + n, 'booking.test', '{"booking_id": 1}', CASE WHEN n % 100 > 0 THEN now() END FROM generate_series(1, 5000) n;
UPDATE users SET google_id = 'google-oauth2|' || id WHERE id % 3 = 0;
INSERT INTO audit_log (actor_role, table_name, row_id, operation, changed_columns)
SELECT 'system', CASE WHEN n % 2 = 0 THEN 'users' ELSE 'payouts' END, 1000000 + n % 900, 'UPDATE', CASE WHEN n % 100 = 0 THEN ARRAY['role'] ELSE ARRAY['status'] END
FROM generate_series(1, 2000) n;
