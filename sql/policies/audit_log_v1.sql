-- Administrators look; procedures and jobs write.
ALTER TABLE audit_log OWNER TO app_owner;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON audit_log TO app_user, app_readonly;

DROP POLICY IF EXISTS audit_log_owner ON audit_log;
CREATE POLICY audit_log_owner ON audit_log TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS audit_log_select ON audit_log;
CREATE POLICY audit_log_select ON audit_log FOR SELECT TO app_user, app_readonly
  USING ((SELECT is_admin()));
