-- Version 2: reads the setting itself. Since current_user_id() is null for an account that may not act, a suspended one would be a job.
-- Inside a SECURITY DEFINER function current_user is the function's owner, so the caller is read from SET ROLE, else from the login.
CREATE OR REPLACE FUNCTION is_system() RETURNS boolean
  LANGUAGE sql STABLE
RETURN coalesce(current_setting('app.user_id', true), '') = '' AND pg_has_role(
  (CASE WHEN current_setting('role') = 'none' THEN session_user ELSE current_setting('role')::name END), 'app_system', 'MEMBER');

ALTER FUNCTION is_system() OWNER TO app_owner;
REVOKE ALL ON FUNCTION is_system() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_system() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION is_system() IS 'Whether a job of the platform asks: a member of app_system, acting for no user.';
