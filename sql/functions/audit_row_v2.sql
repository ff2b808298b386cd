-- Version 2: counters and ratings follow from rows of their own; each completed lesson wrote a line here, behind the lock of the chain.
-- Which columns changed, and the values of those named in the trigger's arguments only: the log outlives erasure, so it must not
-- hold what erasure has to remove.
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  before CONSTANT jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  after CONSTANT jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  changed CONSTANT text[] := ARRAY(
    SELECT key FROM jsonb_object_keys(before || after) AS key
    WHERE before -> key IS DISTINCT FROM after -> key AND key <> ALL (ARRAY['updated_at', 'version', 'search_vector', 'last_active_at', 'total_sessions', 'total_reviews', 'average_rating']) ORDER BY key
  );
BEGIN
  IF changed <> '{}' THEN
    INSERT INTO audit_log (actor_id, actor_role, table_name, row_id, operation, changed_columns, old_values, new_values)
    VALUES (
      current_user_id(), coalesce(current_user_role(), 'system'), TG_TABLE_NAME, (coalesce(after -> 'id', before -> 'id'))::bigint, TG_OP, changed,
      (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(before) WHERE key = ANY (TG_ARGV) AND key = ANY (changed)),
      (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(after) WHERE key = ANY (TG_ARGV) AND key = ANY (changed))
    );
  END IF;
  RETURN NULL;
END
$$;

ALTER FUNCTION audit_row() OWNER TO app_owner;
REVOKE ALL ON FUNCTION audit_row() FROM PUBLIC;
COMMENT ON FUNCTION audit_row() IS 'Trigger: who changed which columns of a row; values of the columns in its arguments only.';
