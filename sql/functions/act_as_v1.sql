-- Looks the account up once for the transaction. The settings are local to it, and count only while app.user_id names the account they
-- were made for: setting app.user_id alone is looked up in every statement, as before. Whoever may run SQL as app_user could set them by
-- hand, and gain nothing: app.user_id could name any account already.
CREATE OR REPLACE FUNCTION act_as(p_user_id integer) RETURNS boolean
  LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  account record;
BEGIN
  SELECT u.id, u.role, t.id AS tutor_profile_id INTO account
  FROM users u LEFT JOIN tutor_profiles t ON t.user_id = u.id AND t.is_account_active AND t.deleted_at IS NULL
  WHERE u.id = p_user_id AND u.is_active AND u.deleted_at IS NULL;
  PERFORM set_config('app.user_id', coalesce(p_user_id::text, ''), true),
    set_config('app.verified_user_id', coalesce(account.id::text, ''), true),
    set_config('app.verified_role', coalesce(account.role, ''), true),
    set_config('app.verified_tutor_profile_id', coalesce(account.tutor_profile_id::text, ''), true);
  RETURN account.id IS NOT NULL;
END
$$;

ALTER FUNCTION act_as(integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION act_as(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION act_as(integer) TO app_user, app_readonly;
COMMENT ON FUNCTION act_as(integer) IS 'Opens a transaction for an account, which is looked up once; null: a visitor. False: the account may not act, and is nobody.';
