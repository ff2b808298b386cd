-- Taken before any row, tutor first, by everything that takes or moves a slot: two requests for one slot queue here instead of
-- deadlocking in the exclusion constraint.
CREATE OR REPLACE FUNCTION lock_slot(p_tutor_profile_id integer, p_student_id integer) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('strata.tutor'), p_tutor_profile_id);
  PERFORM pg_advisory_xact_lock(hashtext('strata.student'), p_student_id);
END
$$;

ALTER FUNCTION lock_slot(integer, integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION lock_slot(integer, integer) FROM PUBLIC;
COMMENT ON FUNCTION lock_slot(integer, integer) IS 'Transaction locks of the tutor, then of the student.';
