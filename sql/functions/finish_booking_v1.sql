-- One place decides what an outcome does to money and credit, whoever reports it.
CREATE OR REPLACE FUNCTION finish_booking(p_before bookings, p_outcome text, p_now timestamptz) RETURNS bookings
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  gives_back CONSTANT boolean := p_outcome IN ('NO_SHOW_TUTOR', 'NOT_HELD');
  b bookings;
BEGIN
  UPDATE bookings SET session_state = 'ENDED', session_outcome = p_outcome, state_changed_at = p_now,
    payment_state = CASE p_outcome WHEN 'NO_SHOW_TUTOR' THEN 'REFUNDED' WHEN 'NOT_HELD' THEN 'VOIDED' ELSE 'CAPTURED' END,
    credit_restored_at = CASE WHEN package_id IS NOT NULL AND gives_back THEN coalesce(credit_restored_at, p_now) ELSE credit_restored_at END
  WHERE id = p_before.id RETURNING * INTO b;
  IF gives_back THEN
    PERFORM restore_credit(p_before);
  END IF;
  PERFORM settle_payment(b, p_now);
  RETURN b;
END
$$;

ALTER FUNCTION finish_booking(bookings, text, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION finish_booking(bookings, text, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION finish_booking(bookings, text, timestamptz) IS 'Ends a locked booking with an outcome, and settles money and credit accordingly.';
