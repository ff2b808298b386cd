-- Version 3: every refund changes the booking, and so has its version, transition and event: a second one in the same transaction too.
-- Version 2: asks who says what time it is; an event has an id and belongs to one payment; what was never booked as earned is not
-- taken back from the wallets.
CREATE OR REPLACE FUNCTION record_refund(
  p_payment_id integer, p_amount_cents integer, p_reason text, p_provider_event_id text, p_now timestamptz DEFAULT now()
) RETURNS refunds
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings;
  p payments;
  r refunds;
  was_earned boolean;
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_system();
  IF p_provider_event_id IS NULL THEN
    RAISE EXCEPTION 'an event of the provider has an id' USING ERRCODE = 'null_value_not_allowed', DETAIL = 'Without it, a repeated event would count twice.';
  END IF;
  SELECT * INTO p FROM payments WHERE id = p_payment_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'payment % not found', p_payment_id USING ERRCODE = 'BK404';
  END IF;
  b := lock_booking(p.booking_id);
  SELECT * INTO p FROM payments WHERE id = p_payment_id FOR UPDATE;
  SELECT * INTO r FROM refunds WHERE provider_event_id = p_provider_event_id;
  IF FOUND THEN
    IF r.payment_id <> p.id THEN
      RAISE EXCEPTION 'event % was recorded for payment %', p_provider_event_id, r.payment_id USING ERRCODE = 'BK409';
    END IF;
    RETURN r;
  END IF;
  was_earned := b.payment_state IN ('CAPTURED', 'PARTIALLY_REFUNDED');
  r := refund_payment(p, b, p_amount_cents, p_reason, p_provider_event_id);
  UPDATE bookings SET state_changed_at = greatest(p_now, state_changed_at + interval '1 microsecond'),
    payment_state = CASE WHEN p.refunded_cents + p_amount_cents = p.amount_cents THEN 'REFUNDED' ELSE 'PARTIALLY_REFUNDED' END
  WHERE id = b.id RETURNING * INTO b;
  IF was_earned THEN
    PERFORM book_refund(b, p_amount_cents);
  END IF;
  RETURN r;
END
$$;

ALTER FUNCTION record_refund(integer, integer, text, text, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION record_refund(integer, integer, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_refund(integer, integer, text, text, timestamptz) TO app_system;
COMMENT ON FUNCTION record_refund(integer, integer, text, text, timestamptz) IS 'What the payment provider reports of a refund; a repeated event changes nothing. Refusals: BK001, BK002, BK008 more than was paid, BK404, BK409 event of another payment.';
