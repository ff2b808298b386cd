-- current_user_id() before version 3: looked up. PL/pgSQL keeps its plan for the session; an SQL function plans at every call.
CREATE OR REPLACE FUNCTION active_user_id() RETURNS integer
  LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  claimed CONSTANT integer := nullif(current_setting('app.user_id', true), '')::integer;
BEGIN
  RETURN (SELECT u.id FROM users u WHERE u.id = claimed AND u.is_active AND u.deleted_at IS NULL);
END
$$;

ALTER FUNCTION active_user_id() OWNER TO app_owner;
REVOKE ALL ON FUNCTION active_user_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION active_user_id() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION active_user_id() IS 'The account that app.user_id names, when it may act at this moment; null otherwise.';
