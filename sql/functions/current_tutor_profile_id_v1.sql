CREATE OR REPLACE FUNCTION current_tutor_profile_id() RETURNS integer
  LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
  SELECT id FROM tutor_profiles WHERE user_id = current_user_id() AND deleted_at IS NULL
$$;

ALTER FUNCTION current_tutor_profile_id() OWNER TO app_owner;
REVOKE ALL ON FUNCTION current_tutor_profile_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_tutor_profile_id() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION current_tutor_profile_id() IS 'Tutor profile of the account the transaction acts for; null when it has none.';
