-- Version 2: asks who says what time it is.
CREATE OR REPLACE FUNCTION start_sessions(p_limit integer DEFAULT 500, p_now timestamptz DEFAULT now()) RETURNS SETOF bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_system();
  RETURN QUERY
    WITH due AS (
      SELECT id FROM bookings
      WHERE session_state = 'SCHEDULED' AND start_time <= p_now AND deleted_at IS NULL
      ORDER BY start_time LIMIT p_limit FOR UPDATE SKIP LOCKED
    )
    UPDATE bookings b SET session_state = 'ACTIVE', state_changed_at = p_now FROM due WHERE b.id = due.id
    RETURNING b.*;
END
$$;

ALTER FUNCTION start_sessions(integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION start_sessions(integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION start_sessions(integer, timestamptz) TO app_system;
COMMENT ON FUNCTION start_sessions(integer, timestamptz) IS 'Lets every agreed lesson whose start has come begin: SCHEDULED to ACTIVE. Returns those it started, at most p_limit.';
