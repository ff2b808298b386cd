-- Version 2: asks who says what time it is.
CREATE OR REPLACE FUNCTION accept_booking(p_booking_id integer, p_expected_version integer DEFAULT NULL, p_now timestamptz DEFAULT now()) RETURNS bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking_slot(p_booking_id);
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_booking_role(b, 'TUTOR');
  IF (b.session_state, b.payment_state) = ('SCHEDULED', 'AUTHORIZED') THEN
    RETURN b;
  END IF;
  PERFORM check_version(b, p_expected_version);
  IF (b.session_state, b.payment_state) <> ('REQUESTED', 'PENDING') THEN
    PERFORM refuse_transition(b, 'accept');
  END IF;
  IF b.start_time <= p_now THEN
    RAISE EXCEPTION 'the lesson should have started already' USING ERRCODE = 'BK007';
  END IF;
  BEGIN
    UPDATE bookings SET session_state = 'SCHEDULED', payment_state = 'AUTHORIZED', state_changed_at = p_now
    WHERE id = b.id RETURNING * INTO b;
  EXCEPTION WHEN exclusion_violation THEN
    RAISE EXCEPTION 'the slot is taken' USING ERRCODE = 'BK004', DETAIL = 'The student has another lesson then.';
  END;
  PERFORM record_response(b, 'ACCEPTED', p_now);
  RETURN b;
END
$$;

ALTER FUNCTION accept_booking(integer, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION accept_booking(integer, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accept_booking(integer, integer, timestamptz) TO app_user;
COMMENT ON FUNCTION accept_booking(integer, integer, timestamptz) IS 'The tutor agrees: REQUESTED to SCHEDULED, PENDING to AUTHORIZED. Refusals: BK001, BK002, BK003, BK004 the student has another lesson then, BK007 start passed, BK404.';
