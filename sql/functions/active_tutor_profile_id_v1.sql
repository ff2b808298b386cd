-- current_tutor_profile_id() before version 3: looked up.
CREATE OR REPLACE FUNCTION active_tutor_profile_id() RETURNS integer
  LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  claimed CONSTANT integer := nullif(current_setting('app.user_id', true), '')::integer;
BEGIN
  RETURN (SELECT t.id FROM tutor_profiles t WHERE t.user_id = claimed AND t.is_account_active AND t.deleted_at IS NULL);
END
$$;

ALTER FUNCTION active_tutor_profile_id() OWNER TO app_owner;
REVOKE ALL ON FUNCTION active_tutor_profile_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION active_tutor_profile_id() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION active_tutor_profile_id() IS 'Tutor profile of the account that app.user_id names, when it may act at this moment; null otherwise.';
