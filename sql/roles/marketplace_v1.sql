-- Roles belong to the server: another database may create the same ones at this very moment. So every step first looks, and takes
-- "somebody was faster" for success. None of them can log in: an operator makes login roles and grants them one of these.
DO $roles$
DECLARE
  wanted record;
  member record;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES
      ('app_owner', 'NOLOGIN'),
      ('app_user', 'NOLOGIN'),
      ('app_readonly', 'NOLOGIN'),
      ('app_system', 'NOLOGIN'),
      ('app_backup', 'NOLOGIN BYPASSRLS')
    ) AS roles (name, attributes)
  LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name);
    BEGIN
      EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.attributes);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;

  -- app_backup reads everything and writes nothing; the owner may do what the system does.
  FOR member IN
    SELECT * FROM (VALUES ('pg_read_all_data', 'app_backup'), ('app_system', 'app_owner')) AS members (role, member)
  LOOP
    CONTINUE WHEN EXISTS (
      SELECT FROM pg_catalog.pg_auth_members m
      WHERE m.roleid = member.role::regrole AND m.member = member.member::regrole
    );
    BEGIN
      EXECUTE format('GRANT %I TO %I', member.role, member.member);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;

  -- Who migrates hands the tables over to app_owner, and must be a member of it for that.
  IF NOT pg_catalog.pg_has_role(current_user, 'app_owner', 'MEMBER') THEN
    EXECUTE format('GRANT app_owner TO %I', current_user);
  END IF;

  IF NOT (SELECT rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = 'app_backup') THEN
    RAISE EXCEPTION 'role app_backup exists without BYPASSRLS: its backups would miss rows'
      USING HINT = 'Run as a superuser: ALTER ROLE app_backup BYPASSRLS';
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname IN ('app_owner', 'app_user', 'app_readonly', 'app_system') AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION 'an application role bypasses row level security'
      USING HINT = 'Run as a superuser: ALTER ROLE <name> NOSUPERUSER NOBYPASSRLS, for app_owner, app_user, app_readonly and app_system';
  END IF;
END
$roles$;
