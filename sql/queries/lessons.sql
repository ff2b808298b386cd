-- Lessons as students, tutors and jobs read them. How these files are read, and how each index is proved to serve: docs/marketplace.md, Queries.

-- name: upcoming_lessons_of_student
-- The student's start page.
-- as: student
-- params: student, now
-- index: idx_bookings_student_time
SELECT id, tutor_name, subject_name, start_time, end_time, session_state, payment_state
FROM bookings
WHERE student_id = $1 AND start_time >= $2 AND deleted_at IS NULL
ORDER BY start_time DESC
LIMIT 20;

-- name: calendar_of_tutor
-- A week of the tutor's calendar.
-- as: tutor
-- params: tutor, week_from, week_until
-- index: idx_bookings_tutor_time
SELECT id, student_name, subject_name, start_time, end_time, session_state
FROM bookings
WHERE tutor_profile_id = $1 AND start_time >= $2 AND start_time < $3 AND deleted_at IS NULL
ORDER BY start_time DESC;

-- name: requests_waiting_for_tutor
-- What the tutor has to answer.
-- as: tutor
-- params: tutor
-- index: idx_bookings_no_overlap
SELECT id, student_name, subject_name, start_time, end_time, created_at
FROM bookings
WHERE tutor_profile_id = $1 AND session_state IN ('REQUESTED', 'SCHEDULED') AND deleted_at IS NULL
ORDER BY start_time, end_time;

-- name: taken_times_of_tutor
-- What check_slot and available_slots ask: does anything overlap?
-- as: owner
-- params: tutor, week_from, week_until
-- index: excl_bookings_tutor_overlap
SELECT id FROM bookings
WHERE tutor_profile_id = $1 AND tstzrange(start_time, end_time, '[)') && tstzrange($2::timestamptz, $3::timestamptz, '[)')
  AND session_state IN ('REQUESTED', 'SCHEDULED', 'ACTIVE') AND deleted_at IS NULL;

-- name: lessons_to_start
-- start_sessions, every minute.
-- as: owner
-- params: now
-- index: idx_bookings_session_state
SELECT id FROM bookings
WHERE session_state = 'SCHEDULED' AND start_time <= $1
ORDER BY start_time
LIMIT 100
FOR UPDATE SKIP LOCKED;

-- name: requests_to_expire
-- expire_bookings, every minute: unanswered for a day.
-- as: owner
-- params: yesterday
-- index: idx_bookings_requested
SELECT id FROM bookings
WHERE session_state = 'REQUESTED' AND created_at <= $1
ORDER BY created_at
LIMIT 100
FOR UPDATE SKIP LOCKED;

-- name: open_disputes
-- The administrators' queue, oldest first.
-- as: admin
-- index: idx_bookings_disputes
SELECT id, student_name, tutor_name, disputed_at, dispute_reason
FROM bookings
WHERE dispute_state = 'OPEN'
ORDER BY disputed_at
LIMIT 50;

-- name: completed_lessons_of_tutor
-- count_session: the number beside a tutor's name.
-- as: owner
-- params: tutor
-- index: idx_bookings_completed
SELECT count(*) FROM bookings
WHERE tutor_profile_id = $1 AND session_outcome = 'COMPLETED' AND deleted_at IS NULL;

-- name: history_of_lesson
-- Who moved a lesson, and when.
-- as: admin
-- params: booking
-- index: uq_booking_transitions_version
SELECT booking_version, action, actor_role, to_session_state, to_payment_state, to_dispute_state, occurred_at
FROM booking_transitions
WHERE booking_id = $1
ORDER BY booking_version;

-- name: moves_of_last_hour
-- Operations: is the marketplace alive?
-- as: admin
-- params: hour_ago
-- index: idx_booking_transitions_occurred_at
SELECT action, count(*) FROM booking_transitions
WHERE occurred_at >= $1
GROUP BY action;

-- name: students_waiting_for_slot
-- When a lesson is cancelled: whom to tell.
-- as: owner
-- params: tutor, week_from, week_until
-- index: idx_booking_waitlist_waiting
SELECT student_id, start_time, end_time FROM booking_waitlist
WHERE tutor_profile_id = $1 AND start_time >= $2 AND start_time < $3 AND status = 'WAITING'
ORDER BY start_time;
