-- Version 2: asks who says what time it is.
-- Any number of workers may run it: rows that another one holds are skipped, not waited for.
CREATE OR REPLACE FUNCTION expire_bookings(p_limit integer DEFAULT 500, p_now timestamptz DEFAULT now()) RETURNS SETOF bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  before bookings;
  b bookings;
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_system();
  FOR before IN
    SELECT * FROM bookings
    WHERE session_state = 'REQUESTED' AND payment_state = 'PENDING' AND deleted_at IS NULL
      AND (created_at <= p_now - interval '24 hours' OR start_time <= p_now)
    ORDER BY package_id NULLS FIRST, id
    LIMIT p_limit FOR UPDATE SKIP LOCKED
  LOOP
    UPDATE bookings SET session_state = 'EXPIRED', session_outcome = 'NOT_HELD', payment_state = 'VOIDED', state_changed_at = p_now,
      credit_restored_at = CASE WHEN package_id IS NOT NULL THEN coalesce(credit_restored_at, p_now) END
    WHERE id = before.id RETURNING * INTO b;
    PERFORM restore_credit(before);
    PERFORM settle_payment(b, p_now);
    PERFORM record_response(b, 'EXPIRED', p_now);
    RETURN NEXT b;
  END LOOP;
END
$$;

ALTER FUNCTION expire_bookings(integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION expire_bookings(integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION expire_bookings(integer, timestamptz) TO app_system;
COMMENT ON FUNCTION expire_bookings(integer, timestamptz) IS 'Expires requests that nobody answered within 24 hours or before their start: money and credit go back. Returns those it expired, at most p_limit.';
