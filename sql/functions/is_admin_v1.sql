CREATE OR REPLACE FUNCTION is_admin() RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_user_role() IN ('admin', 'owner'), false);

ALTER FUNCTION is_admin() OWNER TO app_owner;
REVOKE ALL ON FUNCTION is_admin() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_admin() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION is_admin() IS 'Whether the transaction acts for an administrator or the owner of the marketplace.';
