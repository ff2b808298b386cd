CREATE OR REPLACE FUNCTION refund_payment(p_payment payments, p_booking bookings, p_amount_cents integer, p_reason text, p_provider_event_id text) RETURNS refunds
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  r refunds;
BEGIN
  IF p_payment.status NOT IN ('CAPTURED', 'PARTIALLY_REFUNDED') THEN
    PERFORM refuse_transition(p_booking, 'refund');
  END IF;
  IF p_amount_cents > p_payment.amount_cents - p_payment.refunded_cents THEN
    RAISE EXCEPTION 'the refund exceeds the payment'
      USING ERRCODE = 'BK008', DETAIL = format('%s asked, %s left of payment %s.', p_amount_cents, p_payment.amount_cents - p_payment.refunded_cents, p_payment.id);
  END IF;
  UPDATE payments SET refunded_cents = refunded_cents + p_amount_cents,
    status = CASE WHEN refunded_cents + p_amount_cents = amount_cents THEN 'REFUNDED' ELSE 'PARTIALLY_REFUNDED' END
  WHERE id = p_payment.id;
  INSERT INTO refunds (payment_id, amount_cents, currency, reason, requested_by, provider_event_id)
  VALUES (p_payment.id, p_amount_cents, p_payment.currency, p_reason, current_user_id(), p_provider_event_id) RETURNING * INTO r;
  RETURN r;
END
$$;

ALTER FUNCTION refund_payment(payments, bookings, integer, text, text) OWNER TO app_owner;
REVOKE ALL ON FUNCTION refund_payment(payments, bookings, integer, text, text) FROM PUBLIC;
COMMENT ON FUNCTION refund_payment(payments, bookings, integer, text, text) IS 'Takes a refund out of a locked payment; BK008 when it exceeds what is left.';
