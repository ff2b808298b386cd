-- What the marketplace is for, done as its users would: a student books the next free hour of a tutor, the tutor accepts.
-- Harmless when repeated: while the lesson lies ahead, it is shown, not booked again.
BEGIN;
SET LOCAL ROLE app_user;
SELECT set_config('app.user_id', '21', true);
SELECT set_config('smoke.booking_id', coalesce(
  (SELECT id FROM bookings WHERE student_id = 21 AND tutor_profile_id = 1 AND session_state = 'SCHEDULED' AND start_time > now() ORDER BY start_time LIMIT 1),
  (SELECT (create_booking(p_tutor_profile_id => 1, p_subject_id => 1, p_start_time => slot, p_end_time => slot + interval '1 hour')).id
   FROM available_slots(1, now() + interval '1 day', now() + interval '30 days') AS slot LIMIT 1)
)::text, true);
SELECT set_config('app.user_id', '11', true);
SELECT 'lesson ' || id || ' of ' || student_name || ' with ' || tutor_name AS booked, session_state AS session, payment_state AS payment
FROM accept_booking(current_setting('smoke.booking_id')::integer);
COMMIT;
