-- Counts again instead of adding one: a counter that was ever wrong heals with the next lesson.
CREATE OR REPLACE FUNCTION count_session() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.session_outcome = 'COMPLETED'
    OR TG_OP = 'UPDATE' AND (NEW.session_outcome, NEW.deleted_at) IS DISTINCT FROM (OLD.session_outcome, OLD.deleted_at)
      AND 'COMPLETED' IN (NEW.session_outcome, OLD.session_outcome)
  THEN
    UPDATE tutor_profiles t SET total_sessions = (
      SELECT count(*) FROM bookings b WHERE b.tutor_profile_id = t.id AND b.session_outcome = 'COMPLETED' AND b.deleted_at IS NULL
    ) WHERE t.id = NEW.tutor_profile_id;
  END IF;
  RETURN NULL;
END
$$;

ALTER FUNCTION count_session() OWNER TO app_owner;
REVOKE ALL ON FUNCTION count_session() FROM PUBLIC;
COMMENT ON FUNCTION count_session() IS 'Trigger: total_sessions of the tutor.';
