-- Version 2: asks who says what time it is.
-- Who is absent follows from who reports. A report that contradicts what was recorded opens a dispute, and is refused where there is
-- nothing left to argue about: money already given back, or a dispute already resolved.
CREATE OR REPLACE FUNCTION mark_no_show(p_booking_id integer, p_expected_version integer DEFAULT NULL, p_now timestamptz DEFAULT now()) RETURNS bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking(p_booking_id);
  absent CONSTANT text := CASE require_booking_role(b, 'STUDENT', 'TUTOR') WHEN 'STUDENT' THEN 'NO_SHOW_TUTOR' ELSE 'NO_SHOW_STUDENT' END;
BEGIN
  PERFORM check_clock(p_now);
  IF b.session_state = 'ENDED' AND (b.session_outcome = absent OR b.dispute_state = 'OPEN') THEN
    RETURN b;
  END IF;
  PERFORM check_version(b, p_expected_version);
  IF b.session_state = 'ENDED' THEN
    RETURN contest_booking(b, format('%s reported after %s', absent, b.session_outcome), p_now);
  END IF;
  IF b.session_state NOT IN ('SCHEDULED', 'ACTIVE') OR b.payment_state <> 'AUTHORIZED' THEN
    PERFORM refuse_transition(b, 'report a no-show of');
  END IF;
  IF p_now < b.start_time + interval '10 minutes' THEN
    RAISE EXCEPTION 'a no-show is reported from ten minutes after the start' USING ERRCODE = 'BK007';
  END IF;
  RETURN finish_booking(b, absent, p_now);
END
$$;

ALTER FUNCTION mark_no_show(integer, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION mark_no_show(integer, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mark_no_show(integer, integer, timestamptz) TO app_user;
COMMENT ON FUNCTION mark_no_show(integer, integer, timestamptz) IS 'One side reports that the other did not come, from ten minutes after the start. A contrary report opens a dispute. Refusals: BK001, BK002, BK003, BK007, BK404.';
