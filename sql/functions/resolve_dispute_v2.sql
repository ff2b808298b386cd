-- Version 2: asks who says what time it is.
-- Repeating the same resolution is harmless; another one is refused: a dispute is resolved once.
CREATE OR REPLACE FUNCTION resolve_dispute(
  p_booking_id integer, p_resolution text, p_refund_cents integer DEFAULT NULL, p_notes text DEFAULT NULL,
  p_expected_version integer DEFAULT NULL, p_now timestamptz DEFAULT now()
) RETURNS bookings
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking(p_booking_id);
  before bookings := b;
  p payments;
  amount integer;
  is_full boolean;
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_booking_role(b, 'ADMIN');
  IF p_resolution IS NULL OR p_resolution NOT IN ('UPHELD', 'REFUNDED') THEN
    RAISE EXCEPTION 'unknown resolution %', coalesce(p_resolution, 'null') USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF b.dispute_state = 'RESOLVED_' || p_resolution THEN
    RETURN b;
  END IF;
  PERFORM check_version(b, p_expected_version);
  IF b.dispute_state <> 'OPEN' OR p_resolution = 'REFUNDED' AND b.payment_state NOT IN ('CAPTURED', 'PARTIALLY_REFUNDED') THEN
    PERFORM refuse_transition(b, 'resolve the dispute of');
  END IF;

  IF p_resolution = 'REFUNDED' THEN
    SELECT * INTO p FROM payments WHERE booking_id = b.id AND status IN ('CAPTURED', 'PARTIALLY_REFUNDED') FOR UPDATE;
    amount := coalesce(p_refund_cents, p.amount_cents - p.refunded_cents, b.rate_cents);
    is_full := amount = coalesce(p.amount_cents - p.refunded_cents, b.rate_cents);
    IF amount <= 0 OR amount > coalesce(p.amount_cents - p.refunded_cents, b.rate_cents) THEN
      RAISE EXCEPTION 'the refund exceeds the payment' USING ERRCODE = 'BK008', DETAIL = format('%s asked of booking %s.', amount, b.id);
    END IF;
  END IF;
  UPDATE bookings SET dispute_state = 'RESOLVED_' || p_resolution, resolved_at = p_now, resolved_by = current_user_id(), resolution_notes = p_notes,
    state_changed_at = p_now,
    payment_state = CASE WHEN is_full THEN 'REFUNDED' WHEN NOT is_full THEN 'PARTIALLY_REFUNDED' ELSE payment_state END,
    credit_restored_at = CASE WHEN is_full AND package_id IS NOT NULL THEN coalesce(credit_restored_at, p_now) ELSE credit_restored_at END
  WHERE id = b.id RETURNING * INTO b;
  IF is_full THEN
    PERFORM restore_credit(before);
  END IF;
  IF p.id IS NOT NULL THEN
    PERFORM refund_payment(p, before, amount, 'DISPUTE', NULL);
  END IF;
  IF p_resolution = 'REFUNDED' THEN
    PERFORM book_refund(b, amount);
  END IF;
  RETURN b;
END
$$;

ALTER FUNCTION resolve_dispute(integer, text, integer, text, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION resolve_dispute(integer, text, integer, text, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION resolve_dispute(integer, text, integer, text, integer, timestamptz) TO app_user;
COMMENT ON FUNCTION resolve_dispute(integer, text, integer, text, integer, timestamptz) IS 'An administrator upholds the outcome (UPHELD), or refunds in full or in part (REFUNDED). A full refund restores the credit. Refusals: BK001, BK002, BK003, BK008 more than was paid, BK404.';
