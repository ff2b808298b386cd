CREATE OR REPLACE FUNCTION refuse_transition(p_booking bookings, p_action text) RETURNS void
  LANGUAGE plpgsql IMMUTABLE
  SET search_path = public, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION 'cannot % booking %', p_action, p_booking.id
    USING ERRCODE = 'BK001',
      DETAIL = format('It is %s, payment %s, dispute %s.', p_booking.session_state, p_booking.payment_state, p_booking.dispute_state);
END
$$;

ALTER FUNCTION refuse_transition(bookings, text) OWNER TO app_owner;
REVOKE ALL ON FUNCTION refuse_transition(bookings, text) FROM PUBLIC;
COMMENT ON FUNCTION refuse_transition(bookings, text) IS 'Raises BK001, saying where the booking stands.';
