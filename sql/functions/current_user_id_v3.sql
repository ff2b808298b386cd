-- Version 3: what act_as() has looked up for this transaction is read from its settings; without act_as() it is looked up here. Names are
-- written in full instead of SET search_path, which alone costs as much as the rest. An SQL function that the planner puts in place was
-- slower: each of its calls is prepared in every statement, even where the policy never asks it.
CREATE OR REPLACE FUNCTION current_user_id() RETURNS integer
  LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
  claimed CONSTANT text := pg_catalog.current_setting('app.user_id', true);
BEGIN
  IF coalesce(claimed, '') OPERATOR(pg_catalog.=) '' THEN
    RETURN NULL;
  ELSIF claimed OPERATOR(pg_catalog.=) pg_catalog.current_setting('app.verified_user_id', true) THEN
    RETURN claimed;
  END IF;
  RETURN public.active_user_id();
END
$$;

ALTER FUNCTION current_user_id() OWNER TO app_owner;
REVOKE ALL ON FUNCTION current_user_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_user_id() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION current_user_id() IS 'Who the transaction acts for (SET LOCAL app.user_id); null: an anonymous visitor.';
