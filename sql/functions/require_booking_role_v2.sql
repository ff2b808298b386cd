-- Version 2: looks at the account itself, also after act_as(), as booking_role() does.
-- To a stranger the booking does not exist (BK404), so that ids cannot be probed; a party with the wrong part hears so (BK002).
CREATE OR REPLACE FUNCTION require_booking_role(p_booking bookings, VARIADIC p_allowed text[]) RETURNS text
  LANGUAGE plpgsql STABLE
  SET search_path = public, pg_temp
AS $$
DECLARE
  actor CONSTANT text := booking_role(p_booking.student_id, p_booking.tutor_profile_id);
BEGIN
  IF actor = ANY (p_allowed) THEN
    RETURN actor;
  END IF;
  IF actor IS NULL AND active_user_id() IS NOT NULL THEN
    RAISE EXCEPTION 'booking % not found', p_booking.id USING ERRCODE = 'BK404';
  END IF;
  RAISE EXCEPTION 'not permitted for %', coalesce(lower(actor), 'an anonymous visitor')
    USING ERRCODE = 'BK002', DETAIL = format('Permitted: %s.', lower(array_to_string(p_allowed, ', ')));
END
$$;

ALTER FUNCTION require_booking_role(bookings, text[]) OWNER TO app_owner;
REVOKE ALL ON FUNCTION require_booking_role(bookings, text[]) FROM PUBLIC;
COMMENT ON FUNCTION require_booking_role(bookings, text[]) IS 'The capacity in which the transaction acts, if it is one of those allowed; else BK002, or BK404 for strangers.';
