CREATE OR REPLACE FUNCTION lock_booking(p_booking_id integer) RETURNS bookings
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings;
BEGIN
  SELECT * INTO b FROM bookings WHERE id = p_booking_id AND deleted_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'booking % not found', p_booking_id USING ERRCODE = 'BK404';
  END IF;
  RETURN b;
END
$$;

ALTER FUNCTION lock_booking(integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION lock_booking(integer) FROM PUBLIC;
COMMENT ON FUNCTION lock_booking(integer) IS 'The booking, locked until the end of the transaction; BK404 when there is none.';
