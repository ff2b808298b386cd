-- Version 2: all three wallets are locked first, by id, as book_refund does. Locked transfer by transfer, the platform came after the
-- world whatever their ids, and a refund that met a capture could deadlock.
CREATE OR REPLACE FUNCTION book_earnings(p_booking bookings) RETURNS void
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  world CONSTANT integer := wallet_for('external', NULL, p_booking.currency);
  tutor CONSTANT integer := wallet_for('user', (SELECT user_id FROM tutor_profiles WHERE id = p_booking.tutor_profile_id), p_booking.currency);
  platform CONSTANT integer := wallet_for('platform', NULL, p_booking.currency);
BEGIN
  PERFORM FROM wallets WHERE id IN (world, tutor, platform) ORDER BY id FOR UPDATE;
  IF p_booking.tutor_earnings_cents > 0 THEN
    PERFORM post_transfer(world, tutor, p_booking.tutor_earnings_cents, 'EARNING', p_booking.id);
  END IF;
  IF p_booking.platform_fee_cents > 0 THEN
    PERFORM post_transfer(world, platform, p_booking.platform_fee_cents, 'FEE', p_booking.id);
  END IF;
END
$$;

ALTER FUNCTION book_earnings(bookings) OWNER TO app_owner;
REVOKE ALL ON FUNCTION book_earnings(bookings) FROM PUBLIC;
COMMENT ON FUNCTION book_earnings(bookings) IS 'A captured lesson: the tutor earns, the platform takes its fee.';
