-- Version 2: a capture books what the tutor and the platform earn, and a lesson refunded as a whole leaves a refund behind.
CREATE OR REPLACE FUNCTION settle_payment(p_booking bookings, p_now timestamptz) RETURNS void
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
BEGIN
  PERFORM FROM payments WHERE booking_id = p_booking.id ORDER BY id FOR UPDATE;
  IF p_booking.payment_state = 'VOIDED' THEN
    UPDATE payments SET status = 'VOIDED' WHERE booking_id = p_booking.id AND status IN ('REQUIRES_ACTION', 'AUTHORIZED');
  ELSIF p_booking.payment_state = 'CAPTURED' THEN
    UPDATE payments SET status = 'CAPTURED', captured_at = p_now WHERE booking_id = p_booking.id AND status = 'AUTHORIZED';
    PERFORM book_earnings(p_booking);
  ELSIF p_booking.payment_state = 'REFUNDED' THEN
    INSERT INTO refunds (payment_id, amount_cents, currency, reason, requested_by)
    SELECT id, amount_cents - refunded_cents, currency, p_booking.session_outcome, current_user_id()
    FROM payments WHERE booking_id = p_booking.id AND status IN ('AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED');
    UPDATE payments SET status = 'REFUNDED', refunded_cents = amount_cents
    WHERE booking_id = p_booking.id AND status IN ('AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED');
  END IF;
END
$$;

ALTER FUNCTION settle_payment(bookings, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION settle_payment(bookings, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION settle_payment(bookings, timestamptz) IS 'Lets the payment, refund and wallet rows of a booking follow its payment state.';
