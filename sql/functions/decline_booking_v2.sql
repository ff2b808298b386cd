-- Version 2: asks who says what time it is.
CREATE OR REPLACE FUNCTION decline_booking(
  p_booking_id integer, p_reason text DEFAULT NULL, p_expected_version integer DEFAULT NULL, p_now timestamptz DEFAULT now()
) RETURNS bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking(p_booking_id);
  before bookings := b;
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_booking_role(b, 'TUTOR');
  IF (b.session_state, b.payment_state) = ('CANCELLED', 'VOIDED') THEN
    RETURN b;
  END IF;
  PERFORM check_version(b, p_expected_version);
  IF (b.session_state, b.payment_state) <> ('REQUESTED', 'PENDING') THEN
    PERFORM refuse_transition(b, 'decline');
  END IF;
  UPDATE bookings SET session_state = 'CANCELLED', session_outcome = 'NOT_HELD', payment_state = 'VOIDED', state_changed_at = p_now,
    cancelled_by_role = 'TUTOR', cancelled_at = p_now, cancellation_reason = p_reason,
    credit_restored_at = CASE WHEN package_id IS NOT NULL THEN coalesce(credit_restored_at, p_now) END
  WHERE id = b.id RETURNING * INTO b;
  PERFORM restore_credit(before);
  PERFORM settle_payment(b, p_now);
  PERFORM record_response(b, 'DECLINED', p_now);
  RETURN b;
END
$$;

ALTER FUNCTION decline_booking(integer, text, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION decline_booking(integer, text, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decline_booking(integer, text, integer, timestamptz) TO app_user;
COMMENT ON FUNCTION decline_booking(integer, text, integer, timestamptz) IS 'The tutor says no: REQUESTED to CANCELLED, PENDING to VOIDED, credit restored. Refusals: BK001, BK002, BK003, BK404.';
