-- Version 2: asks who says what time it is.
-- The price was agreed for a length of time, so the length stays.
CREATE OR REPLACE FUNCTION reschedule_booking(
  p_booking_id integer, p_start_time timestamptz, p_end_time timestamptz, p_expected_version integer DEFAULT NULL, p_now timestamptz DEFAULT now()
) RETURNS bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking_slot(p_booking_id);
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_booking_role(b, 'STUDENT', 'TUTOR');
  IF b.session_state NOT IN ('REQUESTED', 'SCHEDULED') THEN
    PERFORM check_version(b, p_expected_version);
    PERFORM refuse_transition(b, 'reschedule');
  END IF;
  IF (b.start_time, b.end_time) = (p_start_time, p_end_time) THEN
    RETURN b;
  END IF;
  PERFORM check_version(b, p_expected_version);
  IF b.start_time <= p_now THEN
    RAISE EXCEPTION 'the lesson should have started already' USING ERRCODE = 'BK007';
  END IF;
  IF p_end_time - p_start_time IS DISTINCT FROM b.end_time - b.start_time THEN
    RAISE EXCEPTION 'a rescheduled lesson keeps its length'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Cancel it and book another for another length.';
  END IF;
  PERFORM check_slot(b.tutor_profile_id, b.student_id, p_start_time, p_end_time, p_now, b.id);
  BEGIN
    UPDATE bookings SET start_time = p_start_time, end_time = p_end_time, state_changed_at = p_now WHERE id = b.id RETURNING * INTO b;
  EXCEPTION WHEN exclusion_violation OR unique_violation THEN
    RAISE EXCEPTION 'the slot is taken' USING ERRCODE = 'BK004', DETAIL = SQLERRM;
  END;
  RETURN b;
END
$$;

ALTER FUNCTION reschedule_booking(integer, timestamptz, timestamptz, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION reschedule_booking(integer, timestamptz, timestamptz, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reschedule_booking(integer, timestamptz, timestamptz, integer, timestamptz) TO app_user;
COMMENT ON FUNCTION reschedule_booking(integer, timestamptz, timestamptz, integer, timestamptz) IS 'Student or tutor moves a lesson that has not begun, under the checks of booking. Refusals: BK001, BK002, BK003, BK004, BK005, BK007, BK404.';
