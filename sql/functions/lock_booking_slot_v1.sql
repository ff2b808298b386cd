-- The parties of a booking never change, so they can be read before anything is locked.
CREATE OR REPLACE FUNCTION lock_booking_slot(p_booking_id integer) RETURNS bookings
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings;
BEGIN
  SELECT * INTO b FROM bookings WHERE id = p_booking_id AND deleted_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'booking % not found', p_booking_id USING ERRCODE = 'BK404';
  END IF;
  PERFORM lock_slot(b.tutor_profile_id, b.student_id);
  RETURN lock_booking(p_booking_id);
END
$$;

ALTER FUNCTION lock_booking_slot(integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION lock_booking_slot(integer) FROM PUBLIC;
COMMENT ON FUNCTION lock_booking_slot(integer) IS 'Locks of tutor and student, then the booking, locked; BK404 when there is none.';
