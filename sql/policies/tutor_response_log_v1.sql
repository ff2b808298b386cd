-- The tutor and administrators; procedures write.
ALTER TABLE tutor_response_log OWNER TO app_owner;
ALTER TABLE tutor_response_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON tutor_response_log TO app_user, app_readonly;

DROP POLICY IF EXISTS tutor_response_log_owner ON tutor_response_log;
CREATE POLICY tutor_response_log_owner ON tutor_response_log TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_response_log_select ON tutor_response_log;
CREATE POLICY tutor_response_log_select ON tutor_response_log FOR SELECT TO app_user, app_readonly
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
