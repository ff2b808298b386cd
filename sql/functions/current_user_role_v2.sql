-- Version 2: in PL/pgSQL, which keeps its plan for the session: policies ask this once in every statement.
CREATE OR REPLACE FUNCTION current_user_role() RETURNS varchar
  LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  claimed CONSTANT integer := nullif(current_setting('app.user_id', true), '')::integer;
BEGIN
  RETURN (SELECT u.role FROM users u WHERE u.id = claimed AND u.is_active AND u.deleted_at IS NULL);
END
$$;

ALTER FUNCTION current_user_role() OWNER TO app_owner;
REVOKE ALL ON FUNCTION current_user_role() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_user_role() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION current_user_role() IS 'Role of the account the transaction acts for; null for nobody and for inactive or deleted accounts.';
