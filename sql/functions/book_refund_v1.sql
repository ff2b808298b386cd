-- The platform gives the money back at once and takes the tutor's share from what the tutor's wallet holds; the rest is its own loss.
CREATE OR REPLACE FUNCTION book_refund(p_booking bookings, p_amount_cents integer) RETURNS void
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  tutor CONSTANT integer := wallet_for('user', (SELECT user_id FROM tutor_profiles WHERE id = p_booking.tutor_profile_id), p_booking.currency);
  platform CONSTANT integer := wallet_for('platform', NULL, p_booking.currency);
  world CONSTANT integer := wallet_for('external', NULL, p_booking.currency);
  share bigint;
BEGIN
  PERFORM FROM wallets WHERE id IN (tutor, platform, world) ORDER BY id FOR UPDATE;
  PERFORM post_transfer(platform, world, p_amount_cents, 'REFUND', p_booking.id);
  SELECT least(balance_cents, round(p_amount_cents::numeric * p_booking.tutor_earnings_cents / nullif(p_booking.rate_cents, 0))) INTO share
  FROM wallets WHERE id = tutor;
  IF share > 0 THEN
    PERFORM post_transfer(tutor, platform, share, 'CLAWBACK', p_booking.id);
  END IF;
END
$$;

ALTER FUNCTION book_refund(bookings, integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION book_refund(bookings, integer) FROM PUBLIC;
COMMENT ON FUNCTION book_refund(bookings, integer) IS 'A refund after capture: out of the platform, and the share of the tutor back into it.';
