-- Version 2: asks who says what time it is; an event has an id and belongs to one booking; a capture of less than the hold is what can be refunded.
-- The state of a booking follows the lesson: a hold at the provider becomes AUTHORIZED when the tutor accepts, and is taken when the
-- lesson ends. A capture that arrives for a finished lesson is booked here. The provider repeats its events; each counts once.
CREATE OR REPLACE FUNCTION record_payment(
  p_booking_id integer, p_amount_cents integer, p_status text, p_provider_event_id text, p_provider_payment_id text DEFAULT NULL,
  p_provider text DEFAULT 'stripe', p_now timestamptz DEFAULT now()
) RETURNS payments
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings;
  p payments;
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_system();
  IF p_provider_event_id IS NULL THEN
    RAISE EXCEPTION 'an event of the provider has an id' USING ERRCODE = 'null_value_not_allowed', DETAIL = 'Without it, a repeated event would count twice.';
  END IF;
  IF p_status IS NULL OR p_status NOT IN ('REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED', 'FAILED') THEN
    RAISE EXCEPTION 'unknown payment status %', coalesce(p_status, 'null') USING ERRCODE = 'invalid_parameter_value';
  END IF;
  b := lock_booking(p_booking_id);
  SELECT * INTO p FROM payments WHERE provider = p_provider AND provider_event_id = p_provider_event_id;
  IF FOUND THEN
    IF p.booking_id <> b.id THEN
      RAISE EXCEPTION 'event % was recorded for booking %', p_provider_event_id, p.booking_id USING ERRCODE = 'BK409';
    END IF;
    RETURN p;
  END IF;
  IF p_amount_cents > b.rate_cents THEN
    RAISE EXCEPTION 'the payment exceeds the price of booking %', b.id
      USING ERRCODE = 'BK008', DETAIL = format('%s paid, %s asked.', p_amount_cents, b.rate_cents);
  END IF;
  IF b.payment_state IN ('VOIDED', 'REFUNDED') AND p_status IN ('AUTHORIZED', 'CAPTURED') THEN
    PERFORM refuse_transition(b, 'take a payment for');
  END IF;
  UPDATE payments SET status = p_status, amount_cents = p_amount_cents, provider_event_id = p_provider_event_id,
    authorized_at = CASE WHEN p_status IN ('AUTHORIZED', 'CAPTURED') THEN coalesce(authorized_at, p_now) ELSE authorized_at END,
    captured_at = CASE WHEN p_status = 'CAPTURED' THEN coalesce(captured_at, p_now) ELSE captured_at END
  WHERE booking_id = b.id AND provider = p_provider AND provider_payment_id = p_provider_payment_id
    AND status IN ('REQUIRES_ACTION', 'AUTHORIZED')
  RETURNING * INTO p;
  IF NOT FOUND THEN
    BEGIN
      INSERT INTO payments (booking_id, student_id, amount_cents, currency, status, provider, provider_payment_id, provider_event_id, authorized_at, captured_at)
      VALUES (b.id, b.student_id, p_amount_cents, b.currency, p_status, p_provider, p_provider_payment_id, p_provider_event_id,
        CASE WHEN p_status IN ('AUTHORIZED', 'CAPTURED') THEN p_now END, CASE WHEN p_status = 'CAPTURED' THEN p_now END)
      RETURNING * INTO p;
    EXCEPTION WHEN unique_violation THEN
      RAISE EXCEPTION 'booking % is paid already', b.id USING ERRCODE = 'BK001', DETAIL = SQLERRM;
    END;
  END IF;
  IF p_status = 'CAPTURED' AND b.payment_state = 'AUTHORIZED' AND b.session_outcome IS NOT NULL THEN
    UPDATE bookings SET payment_state = 'CAPTURED', state_changed_at = p_now WHERE id = b.id RETURNING * INTO b;
    PERFORM book_earnings(b);
  END IF;
  RETURN p;
END
$$;

ALTER FUNCTION record_payment(integer, integer, text, text, text, text, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION record_payment(integer, integer, text, text, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_payment(integer, integer, text, text, text, text, timestamptz) TO app_system;
COMMENT ON FUNCTION record_payment(integer, integer, text, text, text, text, timestamptz) IS 'What the payment provider reports of a payment; a repeated event changes nothing. Refusals: BK001, BK002, BK008 more than the price, BK404, BK409 event of another booking.';
