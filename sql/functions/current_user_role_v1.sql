-- SECURITY DEFINER, because the policies on users ask it: reading users under its own policy would never end.
CREATE OR REPLACE FUNCTION current_user_role() RETURNS varchar
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
  SELECT role FROM users WHERE id = current_user_id() AND is_active AND deleted_at IS NULL
$$;

ALTER FUNCTION current_user_role() OWNER TO app_owner;
REVOKE ALL ON FUNCTION current_user_role() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_user_role() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION current_user_role() IS 'Role of the account the transaction acts for; null for nobody and for inactive or deleted accounts.';
