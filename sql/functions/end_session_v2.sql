-- Version 2: asks who says what time it is.
CREATE OR REPLACE FUNCTION end_session(
  p_booking_id integer, p_outcome text, p_expected_version integer DEFAULT NULL, p_now timestamptz DEFAULT now()
) RETURNS bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking(p_booking_id);
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_booking_role(b, 'TUTOR', 'ADMIN', 'SYSTEM');
  IF p_outcome IS NULL OR p_outcome NOT IN ('COMPLETED', 'NOT_HELD', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR') THEN
    RAISE EXCEPTION 'unknown outcome %', coalesce(p_outcome, 'null') USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF b.session_state = 'ENDED' AND b.session_outcome = p_outcome THEN
    RETURN b;
  END IF;
  PERFORM check_version(b, p_expected_version);
  IF (b.session_state, b.payment_state) <> ('ACTIVE', 'AUTHORIZED') THEN
    PERFORM refuse_transition(b, 'end');
  END IF;
  RETURN finish_booking(b, p_outcome, p_now);
END
$$;

ALTER FUNCTION end_session(integer, text, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION end_session(integer, text, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION end_session(integer, text, integer, timestamptz) TO app_user, app_system;
COMMENT ON FUNCTION end_session(integer, text, integer, timestamptz) IS 'Ends a running lesson with its outcome. Refusals: BK001, BK002, BK003, BK404.';
