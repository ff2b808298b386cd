CREATE OR REPLACE FUNCTION follow_account() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE tutor_profiles SET is_account_active = NEW.is_active AND NEW.deleted_at IS NULL WHERE user_id = NEW.id;
  RETURN NULL;
END
$$;

ALTER FUNCTION follow_account() OWNER TO app_owner;
REVOKE ALL ON FUNCTION follow_account() FROM PUBLIC;
COMMENT ON FUNCTION follow_account() IS 'Trigger: the tutor profile of an account that is suspended, deleted or brought back learns of it.';
