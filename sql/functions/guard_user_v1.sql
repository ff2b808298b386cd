-- Row level security says which rows; this says which columns: nobody promotes or verifies himself.
CREATE OR REPLACE FUNCTION guard_user() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF pg_has_role(current_user, 'app_owner', 'MEMBER') OR is_admin() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT'
    OR (NEW.id, NEW.role, NEW.is_active, NEW.is_verified, NEW.deleted_at, NEW.deleted_by)
      IS DISTINCT FROM (OLD.id, OLD.role, OLD.is_active, OLD.is_verified, OLD.deleted_at, OLD.deleted_by)
  THEN
    RAISE EXCEPTION 'only an administrator changes role, activity or verification of an account'
      USING ERRCODE = 'insufficient_privilege', TABLE = 'users', SCHEMA = TG_TABLE_SCHEMA;
  END IF;
  IF NEW.email IS DISTINCT FROM OLD.email THEN
    NEW.is_verified := false;
  END IF;
  RETURN NEW;
END
$$;

ALTER FUNCTION guard_user() OWNER TO app_owner;
REVOKE ALL ON FUNCTION guard_user() FROM PUBLIC;
COMMENT ON FUNCTION guard_user() IS 'Trigger: role, activity and verification change through administrators only; a new address is unverified.';
