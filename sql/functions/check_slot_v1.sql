-- Shared by booking and rescheduling, after lock_slot: nobody else can take the slot between this look and the write.
CREATE OR REPLACE FUNCTION check_slot(
  p_tutor_profile_id integer, p_student_id integer, p_start_time timestamptz, p_end_time timestamptz, p_now timestamptz, p_except_booking_id integer
) RETURNS void
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF p_start_time IS NULL OR p_end_time IS NULL OR p_end_time - p_start_time NOT BETWEEN interval '15 minutes' AND interval '8 hours' THEN
    RAISE EXCEPTION 'a lesson lasts from 15 minutes to 8 hours' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF p_start_time <= p_now THEN
    RAISE EXCEPTION 'the lesson would start in the past' USING ERRCODE = 'BK007';
  END IF;
  IF NOT is_tutor_available(p_tutor_profile_id, p_start_time, p_end_time) THEN
    RAISE EXCEPTION 'tutor % does not teach at that time', p_tutor_profile_id
      USING ERRCODE = 'BK005', HINT = 'Weekly hours are read in the time zone of the tutor.';
  END IF;
  IF EXISTS (
    SELECT FROM bookings b
    WHERE b.tutor_profile_id = p_tutor_profile_id AND tstzrange(b.start_time, b.end_time, '[)') && tstzrange(p_start_time, p_end_time, '[)')
      AND b.session_state IN ('REQUESTED', 'SCHEDULED', 'ACTIVE') AND b.deleted_at IS NULL AND b.id IS DISTINCT FROM p_except_booking_id
  ) THEN
    RAISE EXCEPTION 'the slot is taken' USING ERRCODE = 'BK004', DETAIL = 'The tutor has another lesson then.';
  END IF;
  IF EXISTS (
    SELECT FROM bookings b
    WHERE b.student_id = p_student_id AND tstzrange(b.start_time, b.end_time, '[)') && tstzrange(p_start_time, p_end_time, '[)')
      AND b.session_state IN ('SCHEDULED', 'ACTIVE') AND b.deleted_at IS NULL AND b.id IS DISTINCT FROM p_except_booking_id
  ) THEN
    RAISE EXCEPTION 'the slot is taken' USING ERRCODE = 'BK004', DETAIL = 'The student has another lesson then.';
  END IF;
END
$$;

ALTER FUNCTION check_slot(integer, integer, timestamptz, timestamptz, timestamptz, integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION check_slot(integer, integer, timestamptz, timestamptz, timestamptz, integer) FROM PUBLIC;
COMMENT ON FUNCTION check_slot(integer, integer, timestamptz, timestamptz, timestamptz, integer) IS 'Refuses a slot in the past (BK007), outside availability (BK005) or taken (BK004).';
