-- Only the person and administrators: names of the other party are frozen on the booking.
ALTER TABLE user_profiles OWNER TO app_owner;
ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON user_profiles TO app_user, app_readonly;
GRANT INSERT (user_id, first_name, last_name, phone, avatar_key, bio, country_code, city, address) ON user_profiles TO app_user;
GRANT UPDATE (first_name, last_name, phone, avatar_key, bio, country_code, city, address) ON user_profiles TO app_user;

DROP POLICY IF EXISTS user_profiles_owner ON user_profiles;
CREATE POLICY user_profiles_owner ON user_profiles TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS user_profiles_select ON user_profiles;
CREATE POLICY user_profiles_select ON user_profiles FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND user_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS user_profiles_insert ON user_profiles;
CREATE POLICY user_profiles_insert ON user_profiles FOR INSERT TO app_user
  WITH CHECK (user_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS user_profiles_update ON user_profiles;
CREATE POLICY user_profiles_update ON user_profiles FOR UPDATE TO app_user
  USING (deleted_at IS NULL AND user_id = (SELECT current_user_id()) OR (SELECT is_admin()))
  WITH CHECK (deleted_at IS NULL AND user_id = (SELECT current_user_id()) OR (SELECT is_admin()));
