CREATE OR REPLACE FUNCTION require_system() RETURNS void
  LANGUAGE plpgsql STABLE
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF NOT is_system() THEN
    RAISE EXCEPTION 'only jobs of the platform do this'
      USING ERRCODE = 'BK002', HINT = 'Connect as a member of app_system, without app.user_id.';
  END IF;
END
$$;

ALTER FUNCTION require_system() OWNER TO app_owner;
REVOKE ALL ON FUNCTION require_system() FROM PUBLIC;
COMMENT ON FUNCTION require_system() IS 'BK002 unless a job of the platform asks.';
