-- After a transaction that used SET LOCAL, the setting is '' on the pooled connection, not null: both mean nobody.
CREATE OR REPLACE FUNCTION current_user_id() RETURNS integer
  LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.user_id', true), '')::integer;

ALTER FUNCTION current_user_id() OWNER TO app_owner;
REVOKE ALL ON FUNCTION current_user_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_user_id() TO app_user, app_readonly, app_system;
COMMENT ON FUNCTION current_user_id() IS 'Who the transaction acts for (SET LOCAL app.user_id); null: an anonymous visitor.';
