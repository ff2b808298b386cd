-- Version 2: once per statement, not per row. Counts again instead of adding one: a counter that was ever wrong heals with the next lesson.
CREATE OR REPLACE FUNCTION count_session() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  tutors integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    tutors := ARRAY(SELECT DISTINCT tutor_profile_id FROM new_rows WHERE session_outcome = 'COMPLETED');
  ELSE
    tutors := ARRAY(
      SELECT DISTINCT n.tutor_profile_id FROM new_rows n JOIN old_rows o USING (id)
      WHERE (n.session_outcome, n.deleted_at) IS DISTINCT FROM (o.session_outcome, o.deleted_at) AND 'COMPLETED' IN (n.session_outcome, o.session_outcome)
    );
  END IF;
  PERFORM FROM tutor_profiles WHERE id = ANY (tutors) ORDER BY id FOR NO KEY UPDATE;
  UPDATE tutor_profiles t SET total_sessions = (
    SELECT count(*) FROM bookings b WHERE b.tutor_profile_id = t.id AND b.session_outcome = 'COMPLETED' AND b.deleted_at IS NULL
  ) WHERE t.id = ANY (tutors);
  RETURN NULL;
END
$$;

ALTER FUNCTION count_session() OWNER TO app_owner;
REVOKE ALL ON FUNCTION count_session() FROM PUBLIC;
COMMENT ON FUNCTION count_session() IS 'Trigger: total_sessions of a tutor is the number of completed lessons.';
