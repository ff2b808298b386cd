-- The person says yes or no, and never unsays it: only new rows.
ALTER TABLE user_consents OWNER TO app_owner;
ALTER TABLE user_consents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON user_consents TO app_user, app_readonly;
GRANT INSERT (user_id, purpose, document_version, is_granted, ip_address) ON user_consents TO app_user;

DROP POLICY IF EXISTS user_consents_owner ON user_consents;
CREATE POLICY user_consents_owner ON user_consents TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS user_consents_select ON user_consents;
CREATE POLICY user_consents_select ON user_consents FOR SELECT TO app_user, app_readonly
  USING (user_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS user_consents_insert ON user_consents;
CREATE POLICY user_consents_insert ON user_consents FOR INSERT TO app_user
  WITH CHECK (user_id = (SELECT current_user_id()));
