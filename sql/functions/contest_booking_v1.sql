CREATE OR REPLACE FUNCTION contest_booking(p_booking bookings, p_reason text, p_now timestamptz) RETURNS bookings
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings;
BEGIN
  IF p_booking.session_outcome IS NULL OR p_booking.dispute_state <> 'NONE' OR p_booking.payment_state IN ('VOIDED', 'REFUNDED') THEN
    PERFORM refuse_transition(p_booking, 'dispute');
  END IF;
  IF p_now > p_booking.end_time + interval '30 days' THEN
    RAISE EXCEPTION 'a dispute is opened within 30 days after the lesson' USING ERRCODE = 'BK007';
  END IF;
  UPDATE bookings SET dispute_state = 'OPEN', dispute_reason = p_reason, disputed_at = p_now, disputed_by = current_user_id(), state_changed_at = p_now
  WHERE id = p_booking.id RETURNING * INTO b;
  RETURN b;
END
$$;

ALTER FUNCTION contest_booking(bookings, text, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION contest_booking(bookings, text, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION contest_booking(bookings, text, timestamptz) IS 'Opens a dispute on a locked, terminal booking; BK001 when there is nothing to contest, BK007 after 30 days.';
