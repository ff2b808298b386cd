CREATE OR REPLACE FUNCTION require_soft_delete(p_table text) RETURNS void
  LANGUAGE plpgsql STABLE
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF p_table IS NULL OR NOT EXISTS (
    SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = p_table AND a.attname = 'deleted_at'
  ) THEN
    RAISE EXCEPTION 'table % has no soft delete', coalesce(p_table, 'null') USING ERRCODE = 'invalid_parameter_value';
  END IF;
END
$$;

ALTER FUNCTION require_soft_delete(text) OWNER TO app_owner;
REVOKE ALL ON FUNCTION require_soft_delete(text) FROM PUBLIC;
COMMENT ON FUNCTION require_soft_delete(text) IS '22023 unless the table deletes softly.';
