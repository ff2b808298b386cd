-- Version 2: an account that may not act has no profile to act with; in PL/pgSQL, which keeps its plan for the session.
CREATE OR REPLACE FUNCTION current_tutor_profile_id() RETURNS integer
  LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  claimed CONSTANT integer := nullif(current_setting('app.user_id', true), '')::integer;
BEGIN
  RETURN (SELECT t.id FROM tutor_profiles t WHERE t.user_id = claimed AND t.is_account_active AND t.deleted_at IS NULL);
END
$$;

ALTER FUNCTION current_tutor_profile_id() OWNER TO app_owner;
REVOKE ALL ON FUNCTION current_tutor_profile_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_tutor_profile_id() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION current_tutor_profile_id() IS 'Tutor profile of the account the transaction acts for; null when it has none.';
