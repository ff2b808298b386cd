-- Version 2: an account that may not act (suspended, deleted) is nobody, for policies as for procedures; until now only procedures
-- asked. After a transaction that used SET LOCAL, the setting is '' on the pooled connection, not null: both mean nobody.
-- SECURITY DEFINER, because the policies on users ask it. PL/pgSQL keeps its plan for the session; an SQL function plans at every call.
CREATE OR REPLACE FUNCTION current_user_id() RETURNS integer
  LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  claimed CONSTANT integer := nullif(current_setting('app.user_id', true), '')::integer;
BEGIN
  RETURN (SELECT u.id FROM users u WHERE u.id = claimed AND u.is_active AND u.deleted_at IS NULL);
END
$$;

ALTER FUNCTION current_user_id() OWNER TO app_owner;
REVOKE ALL ON FUNCTION current_user_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_user_id() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION current_user_id() IS 'Who the transaction acts for (SET LOCAL app.user_id); null: an anonymous visitor.';
