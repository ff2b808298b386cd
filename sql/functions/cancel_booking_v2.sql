-- Version 2: asks who says what time it is.
-- The window: 24 hours before the start, to the second, in absolute time. A student who cancels an agreed lesson later pays for it
-- and loses the credit; a request that no tutor has accepted binds nobody, so it is always given back.
CREATE OR REPLACE FUNCTION cancel_booking(
  p_booking_id integer, p_reason text DEFAULT NULL, p_expected_version integer DEFAULT NULL, p_now timestamptz DEFAULT now()
) RETURNS bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking(p_booking_id);
  before bookings := b;
  actor CONSTANT text := require_booking_role(b, 'STUDENT', 'TUTOR', 'ADMIN');
  is_late CONSTANT boolean := actor = 'STUDENT' AND b.session_state = 'SCHEDULED' AND b.start_time < p_now + interval '24 hours';
BEGIN
  PERFORM check_clock(p_now);
  IF b.session_state = 'CANCELLED' THEN
    RETURN b;
  END IF;
  PERFORM check_version(b, p_expected_version);
  IF (b.session_state, b.payment_state) NOT IN (('REQUESTED', 'PENDING'), ('SCHEDULED', 'AUTHORIZED')) THEN
    PERFORM refuse_transition(b, 'cancel');
  END IF;
  IF b.start_time <= p_now THEN
    RAISE EXCEPTION 'the lesson should have started already' USING ERRCODE = 'BK007';
  END IF;
  UPDATE bookings SET session_state = 'CANCELLED', session_outcome = 'NOT_HELD', state_changed_at = p_now,
    payment_state = CASE WHEN is_late THEN 'CAPTURED' ELSE 'VOIDED' END,
    cancelled_by_role = actor, cancelled_at = p_now, cancellation_reason = p_reason,
    credit_restored_at = CASE WHEN package_id IS NOT NULL AND NOT is_late THEN coalesce(credit_restored_at, p_now) END
  WHERE id = b.id RETURNING * INTO b;
  IF NOT is_late THEN
    PERFORM restore_credit(before);
  END IF;
  PERFORM settle_payment(b, p_now);
  RETURN b;
END
$$;

ALTER FUNCTION cancel_booking(integer, text, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION cancel_booking(integer, text, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cancel_booking(integer, text, integer, timestamptz) TO app_user;
COMMENT ON FUNCTION cancel_booking(integer, text, integer, timestamptz) IS 'Student, tutor or administrator calls a lesson off. Money and credit go back, unless the student cancels an agreed lesson less than 24 hours before its start. Refusals: BK001, BK002, BK003, BK007 start passed, BK404.';
