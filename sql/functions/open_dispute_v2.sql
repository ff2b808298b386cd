-- Version 2: asks who says what time it is.
CREATE OR REPLACE FUNCTION open_dispute(
  p_booking_id integer, p_reason text, p_expected_version integer DEFAULT NULL, p_now timestamptz DEFAULT now()
) RETURNS bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking(p_booking_id);
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_booking_role(b, 'STUDENT', 'TUTOR');
  IF b.dispute_state = 'OPEN' THEN
    RETURN b;
  END IF;
  PERFORM check_version(b, p_expected_version);
  RETURN contest_booking(b, p_reason, p_now);
END
$$;

ALTER FUNCTION open_dispute(integer, text, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION open_dispute(integer, text, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_dispute(integer, text, integer, timestamptz) TO app_user;
COMMENT ON FUNCTION open_dispute(integer, text, integer, timestamptz) IS 'Student or tutor contests the outcome of a terminal lesson, at most 30 days after its end. Refusals: BK001, BK002, BK003, BK007, BK404.';
