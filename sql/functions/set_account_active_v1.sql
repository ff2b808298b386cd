-- Whatever a statement says: the account decides. FOR SHARE: a suspension at this very moment waits, or is waited for.
CREATE OR REPLACE FUNCTION set_account_active() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
BEGIN
  SELECT u.is_active AND u.deleted_at IS NULL INTO NEW.is_account_active FROM users u WHERE u.id = NEW.user_id FOR SHARE;
  NEW.is_account_active := coalesce(NEW.is_account_active, false);
  RETURN NEW;
END
$$;

ALTER FUNCTION set_account_active() OWNER TO app_owner;
REVOKE ALL ON FUNCTION set_account_active() FROM PUBLIC;
COMMENT ON FUNCTION set_account_active() IS 'Trigger: is_account_active of a tutor profile is what its account says.';
