-- Version 3: what act_as() has looked up for this transaction is read from its settings; without act_as() it is looked up here. Names are
-- written in full instead of SET search_path, which alone costs as much as the rest. An SQL function that the planner puts in place was
-- slower: each of its calls is prepared in every statement, even where the policy never asks it.
CREATE OR REPLACE FUNCTION current_tutor_profile_id() RETURNS integer
  LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
  claimed CONSTANT text := pg_catalog.current_setting('app.user_id', true);
BEGIN
  IF coalesce(claimed, '') OPERATOR(pg_catalog.=) '' THEN
    RETURN NULL;
  ELSIF claimed OPERATOR(pg_catalog.=) pg_catalog.current_setting('app.verified_user_id', true) THEN
    RETURN CASE WHEN pg_catalog.current_setting('app.verified_tutor_profile_id', true) OPERATOR(pg_catalog.<>) ''
      THEN pg_catalog.current_setting('app.verified_tutor_profile_id', true) END;
  END IF;
  RETURN public.active_tutor_profile_id();
END
$$;

ALTER FUNCTION current_tutor_profile_id() OWNER TO app_owner;
REVOKE ALL ON FUNCTION current_tutor_profile_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_tutor_profile_id() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION current_tutor_profile_id() IS 'Tutor profile of the account the transaction acts for; null when it has none.';
