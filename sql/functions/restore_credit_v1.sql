-- Called with the booking as it was before the change that gives the credit back; credit_restored_at makes it once at most.
CREATE OR REPLACE FUNCTION restore_credit(p_before bookings) RETURNS void
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF p_before.package_id IS NULL OR p_before.credit_restored_at IS NOT NULL THEN
    RETURN;
  END IF;
  UPDATE student_packages
  SET sessions_used = sessions_used - 1, sessions_remaining = sessions_remaining + 1,
    status = CASE WHEN status = 'exhausted' THEN 'active' ELSE status END
  WHERE id = p_before.package_id;
END
$$;

ALTER FUNCTION restore_credit(bookings) OWNER TO app_owner;
REVOKE ALL ON FUNCTION restore_credit(bookings) FROM PUBLIC;
COMMENT ON FUNCTION restore_credit(bookings) IS 'Gives the package of a booking its credit back, unless that happened before.';
