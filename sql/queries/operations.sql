-- Accounts, jobs, audits.

-- name: sign_in
-- By address, whatever its case.
-- as: owner
-- params: email
-- index: idx_users_email_lower
SELECT id, hashed_password, role FROM users WHERE lower(email) = lower($1);

-- name: sign_in_with_google
-- By the subject of the token.
-- as: owner
-- index: idx_users_google_id
SELECT id, role FROM users WHERE google_id = 'google-oauth2|1';

-- name: staff
-- Whom to tell of an incident.
-- as: owner
-- index: idx_users_role
SELECT id, email FROM users WHERE role = 'admin' AND is_active;

-- name: inactive_people
-- Retention: two years without a sign of life.
-- as: owner
-- params: long_ago
-- index: idx_users_last_active_at
SELECT id FROM users
WHERE last_active_at < $1 AND deleted_at IS NULL
ORDER BY last_active_at
LIMIT 100;

-- name: consents_of_person
-- The newest answer counts.
-- as: student
-- params: student
-- index: idx_user_consents_user
SELECT document_version, is_granted, created_at FROM user_consents
WHERE user_id = $1 AND purpose = 'terms'
ORDER BY id DESC
LIMIT 1;

-- name: privacy_requests_due
-- The law gives a month.
-- as: admin
-- index: idx_data_subject_requests_due
SELECT id, kind, due_at FROM data_subject_requests
WHERE status IN ('RECEIVED', 'IN_PROGRESS')
ORDER BY due_at
LIMIT 20;

-- name: reports_to_handle
-- The administrators' queue.
-- as: admin
-- index: idx_reports_open
SELECT id, category, created_at FROM reports
WHERE status IN ('OPEN', 'REVIEWING')
ORDER BY created_at
LIMIT 20;

-- name: audit_of_row
-- Who changed this account?
-- as: admin
-- params: student
-- index: idx_audit_log_row
SELECT id, actor_id, operation, changed_columns, created_at FROM audit_log
WHERE table_name = 'users' AND row_id = $1
ORDER BY id DESC
LIMIT 20;

-- name: audit_of_column
-- Every change of a role.
-- as: owner
-- index: idx_audit_log_changed_columns
SELECT id, row_id, new_values FROM audit_log WHERE changed_columns @> ARRAY['role'];

-- name: events_to_publish
-- next_outbox_events.
-- as: owner
-- index: idx_outbox_events_unpublished
SELECT id, event_type, payload FROM outbox_events
WHERE published_at IS NULL AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, id
LIMIT 100;

-- name: events_of_lesson
-- What was told of a lesson.
-- as: admin
-- params: booking
-- index: idx_outbox_events_aggregate
SELECT id, event_type, occurred_at, published_at FROM outbox_events
WHERE aggregate_type = 'booking' AND aggregate_id = $1
ORDER BY id;

-- name: webhooks_to_process
-- Events of providers that wait.
-- as: owner
-- index: idx_webhook_events_waiting
SELECT id, provider, event_type FROM webhook_events
WHERE processed_at IS NULL
ORDER BY created_at
LIMIT 50;

-- name: idempotency_keys_to_drop
-- Retention: seven days.
-- as: owner
-- params: long_ago
-- index: idx_idempotency_keys_created_at
DELETE FROM idempotency_keys WHERE created_at < $1;
