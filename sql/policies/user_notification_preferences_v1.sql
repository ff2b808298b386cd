-- Only the person and administrators.
ALTER TABLE user_notification_preferences OWNER TO app_owner;
ALTER TABLE user_notification_preferences ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON user_notification_preferences TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON user_notification_preferences TO app_user;

DROP POLICY IF EXISTS user_notification_preferences_owner ON user_notification_preferences;
CREATE POLICY user_notification_preferences_owner ON user_notification_preferences TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS user_notification_preferences_select ON user_notification_preferences;
CREATE POLICY user_notification_preferences_select ON user_notification_preferences FOR SELECT TO app_user, app_readonly
  USING (user_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS user_notification_preferences_insert ON user_notification_preferences;
CREATE POLICY user_notification_preferences_insert ON user_notification_preferences FOR INSERT TO app_user
  WITH CHECK (user_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS user_notification_preferences_update ON user_notification_preferences;
CREATE POLICY user_notification_preferences_update ON user_notification_preferences FOR UPDATE TO app_user
  USING (user_id = (SELECT current_user_id()) OR (SELECT is_admin()))
  WITH CHECK (user_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS user_notification_preferences_delete ON user_notification_preferences;
CREATE POLICY user_notification_preferences_delete ON user_notification_preferences FOR DELETE TO app_user
  USING (user_id = (SELECT current_user_id()) OR (SELECT is_admin()));
