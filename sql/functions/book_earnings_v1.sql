CREATE OR REPLACE FUNCTION book_earnings(p_booking bookings) RETURNS void
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  tutor CONSTANT integer := (SELECT user_id FROM tutor_profiles WHERE id = p_booking.tutor_profile_id);
  world CONSTANT integer := wallet_for('external', NULL, p_booking.currency);
BEGIN
  IF p_booking.tutor_earnings_cents > 0 THEN
    PERFORM post_transfer(world, wallet_for('user', tutor, p_booking.currency), p_booking.tutor_earnings_cents, 'EARNING', p_booking.id);
  END IF;
  IF p_booking.platform_fee_cents > 0 THEN
    PERFORM post_transfer(world, wallet_for('platform', NULL, p_booking.currency), p_booking.platform_fee_cents, 'FEE', p_booking.id);
  END IF;
END
$$;

ALTER FUNCTION book_earnings(bookings) OWNER TO app_owner;
REVOKE ALL ON FUNCTION book_earnings(bookings) FROM PUBLIC;
COMMENT ON FUNCTION book_earnings(bookings) IS 'A captured lesson: the tutor earns, the platform takes its fee.';
