-- Version 2: asks who says what time it is; an event has an id and belongs to one payout.
CREATE OR REPLACE FUNCTION record_payout(
  p_tutor_profile_id integer, p_amount_cents integer, p_currency text, p_provider_event_id text, p_now timestamptz DEFAULT now()
) RETURNS payouts
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  wallet integer;
  held bigint;
  o payouts;
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_system();
  IF p_provider_event_id IS NULL THEN
    RAISE EXCEPTION 'an event of the provider has an id' USING ERRCODE = 'null_value_not_allowed', DETAIL = 'Without it, a repeated event would count twice.';
  END IF;
  SELECT wallet_for('user', user_id, p_currency) INTO wallet FROM tutor_profiles WHERE id = p_tutor_profile_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'tutor % not found', p_tutor_profile_id USING ERRCODE = 'BK404';
  END IF;
  SELECT balance_cents INTO held FROM wallets WHERE id = wallet FOR UPDATE;
  SELECT * INTO o FROM payouts WHERE provider_event_id = p_provider_event_id;
  IF FOUND THEN
    IF (o.tutor_profile_id, o.amount_cents, o.currency) IS DISTINCT FROM (p_tutor_profile_id, p_amount_cents, p_currency) THEN
      RAISE EXCEPTION 'event % was recorded for another payout', p_provider_event_id USING ERRCODE = 'BK409';
    END IF;
    RETURN o;
  END IF;
  IF p_amount_cents > held THEN
    RAISE EXCEPTION 'the payout exceeds the wallet' USING ERRCODE = 'BK008', DETAIL = format('%s asked, %s held.', p_amount_cents, held);
  END IF;
  INSERT INTO payouts (tutor_profile_id, amount_cents, currency, status, provider_event_id, paid_at)
  VALUES (p_tutor_profile_id, p_amount_cents, p_currency, 'PAID', p_provider_event_id, p_now) RETURNING * INTO o;
  PERFORM post_transfer(wallet, wallet_for('external', NULL, p_currency), p_amount_cents, 'PAYOUT', NULL);
  RETURN o;
END
$$;

ALTER FUNCTION record_payout(integer, integer, text, text, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION record_payout(integer, integer, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_payout(integer, integer, text, text, timestamptz) TO app_system;
COMMENT ON FUNCTION record_payout(integer, integer, text, text, timestamptz) IS 'Money that left the wallet of a tutor for the bank; a repeated event changes nothing. Refusals: BK002, BK008 more than the wallet holds, BK404, BK409 event of another payout.';
