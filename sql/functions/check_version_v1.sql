CREATE OR REPLACE FUNCTION check_version(p_booking bookings, p_expected_version integer) RETURNS void
  LANGUAGE plpgsql IMMUTABLE
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF p_expected_version <> p_booking.version THEN
    RAISE EXCEPTION 'booking % has version %, not %', p_booking.id, p_booking.version, p_expected_version
      USING ERRCODE = 'BK003', HINT = 'Read the booking again and decide anew.';
  END IF;
END
$$;

ALTER FUNCTION check_version(bookings, integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION check_version(bookings, integer) FROM PUBLIC;
COMMENT ON FUNCTION check_version(bookings, integer) IS 'BK003 unless the version is the expected one; null expects nothing.';
