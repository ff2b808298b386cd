-- current_user_role() before version 3: looked up.
CREATE OR REPLACE FUNCTION active_user_role() RETURNS varchar
  LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  claimed CONSTANT integer := nullif(current_setting('app.user_id', true), '')::integer;
BEGIN
  RETURN (SELECT u.role FROM users u WHERE u.id = claimed AND u.is_active AND u.deleted_at IS NULL);
END
$$;

ALTER FUNCTION active_user_role() OWNER TO app_owner;
REVOKE ALL ON FUNCTION active_user_role() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION active_user_role() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION active_user_role() IS 'Role of the account that app.user_id names, when it may act at this moment; null otherwise.';
