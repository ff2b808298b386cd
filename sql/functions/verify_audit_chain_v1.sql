-- The first row may have lost its predecessors to retention; from there on every link must hold. An administrator's or job's question.
CREATE OR REPLACE FUNCTION verify_audit_chain() RETURNS TABLE (id bigint, fault text)
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp
  SET timezone = 'UTC'
AS $$
  WITH links AS (
    SELECT l.id, l.row_hash, l.previous_hash, audit_hash(l) AS computed, lag(l.row_hash) OVER (ORDER BY l.id) AS before,
      row_number() OVER (ORDER BY l.id) AS place
    FROM audit_log l
  )
  SELECT links.id, CASE WHEN row_hash <> computed THEN 'changed' ELSE 'predecessor missing' END
  FROM links
  WHERE (is_admin() OR is_system()) AND (row_hash <> computed OR place > 1 AND previous_hash IS DISTINCT FROM before)
  ORDER BY links.id
$$;

ALTER FUNCTION verify_audit_chain() OWNER TO app_owner;
REVOKE ALL ON FUNCTION verify_audit_chain() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION verify_audit_chain() TO app_user, app_system;
COMMENT ON FUNCTION verify_audit_chain() IS 'Rows of the audit log that were changed or lost their predecessor; none when the log is whole.';
