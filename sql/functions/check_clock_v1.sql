-- p_now is there so that tests and jobs can move time. Handed through by an application it would move refund windows, expiry and
-- ten-minute waits: whoever logs in with app_user alone gets the time of the transaction. The login counts, not SET ROLE: test
-- suites connect as who migrates, and act as app_user.
CREATE OR REPLACE FUNCTION check_clock(p_now timestamptz) RETURNS void
  LANGUAGE plpgsql STABLE
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF p_now IS NULL OR p_now IN ('infinity', '-infinity') THEN
    RAISE EXCEPTION 'p_now is a moment' USING ERRCODE = 'null_value_not_allowed', HINT = 'Leave it out: it is the time of the transaction.';
  END IF;
  IF p_now <> now() AND NOT pg_has_role(session_user, 'app_system', 'MEMBER') THEN
    RAISE EXCEPTION 'only jobs and tests say what time it is'
      USING ERRCODE = 'BK002', DETAIL = format('%s is no member of app_system.', session_user), HINT = 'Leave p_now out: it is the time of the transaction.';
  END IF;
END
$$;

ALTER FUNCTION check_clock(timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION check_clock(timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION check_clock(timestamptz) IS 'BK002 when the time is not that of the transaction and the login is no member of app_system; 22004 when it is none.';
