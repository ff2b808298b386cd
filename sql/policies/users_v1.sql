-- An account is seen and kept by its person; administrators see all. No credential column is granted for reading to anybody; the
-- trigger guard_user keeps people from promoting themselves.
ALTER TABLE users OWNER TO app_owner;
ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT (id, email, role, is_active, is_verified, currency, timezone, last_active_at, deleted_at, deleted_by, created_at, updated_at)
  ON users TO app_user, app_readonly;
GRANT INSERT (email, hashed_password, role, is_active, is_verified, currency, timezone) ON users TO app_user;
GRANT UPDATE (email, hashed_password, role, is_active, is_verified, currency, timezone, google_id, google_calendar_access_token,
  google_calendar_refresh_token, last_active_at) ON users TO app_user;

DROP POLICY IF EXISTS users_owner ON users;
CREATE POLICY users_owner ON users TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS users_select ON users;
CREATE POLICY users_select ON users FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS users_insert ON users;
CREATE POLICY users_insert ON users FOR INSERT TO app_user
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS users_update ON users;
CREATE POLICY users_update ON users FOR UPDATE TO app_user
  USING (deleted_at IS NULL AND id = (SELECT current_user_id()) OR (SELECT is_admin()))
  WITH CHECK (deleted_at IS NULL AND id = (SELECT current_user_id()) OR (SELECT is_admin()));
