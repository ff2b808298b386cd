-- What the marketplace is for, done as its users would: a student books the next free hour of a tutor, the tutor accepts.
-- Harmless when repeated: while the lesson lies ahead, it is shown, not booked again. People and ids are those of seeds/demo.
BEGIN;
SET LOCAL ROLE app_user;
SELECT set_config('app.user_id', '21', true);
DO $smoke$
DECLARE
  lesson integer := (
    SELECT id FROM bookings
    WHERE student_id = 21 AND tutor_profile_id = 1 AND session_state = 'SCHEDULED' AND start_time > now() ORDER BY start_time LIMIT 1
  );
  slot timestamptz;
BEGIN
  IF lesson IS NULL THEN
    IF current_user_role() IS DISTINCT FROM 'student' OR NOT EXISTS (SELECT FROM tutor_profiles WHERE id = 1 AND is_approved) THEN
      RAISE EXCEPTION 'the people of the demo are not there' USING HINT = 'Load them: strata seed demo';
    END IF;
    -- Free for the student too: policies show him his own lessons, and only those.
    SELECT free INTO slot FROM available_slots(1, now() + interval '1 day', now() + interval '30 days') AS free
    WHERE NOT EXISTS (
      SELECT FROM bookings b
      WHERE b.student_id = 21 AND b.session_state IN ('REQUESTED', 'SCHEDULED', 'ACTIVE')
        AND tstzrange(b.start_time, b.end_time) && tstzrange(free, free + interval '1 hour')
    )
    LIMIT 1;
    IF slot IS NULL THEN
      RAISE EXCEPTION 'tutor 1 has no free hour in the next 30 days'
        USING HINT = 'See tutor_availabilities, tutor_blackouts and bookings of tutor 1, or load the demo into an empty database.';
    END IF;
    lesson := (create_booking(p_tutor_profile_id => 1, p_subject_id => 1, p_start_time => slot, p_end_time => slot + interval '1 hour')).id;
  END IF;
  PERFORM set_config('smoke.booking_id', lesson::text, true);
END
$smoke$;
SELECT set_config('app.user_id', '11', true);
SELECT 'lesson ' || id || ' of ' || student_name || ' with ' || tutor_name AS booked, session_state AS session, payment_state AS payment
FROM accept_booking(current_setting('smoke.booking_id')::integer);
COMMIT;
