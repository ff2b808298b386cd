-- Administrators look; procedures and jobs write.
ALTER TABLE erasure_log OWNER TO app_owner;
ALTER TABLE erasure_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON erasure_log TO app_user, app_readonly;

DROP POLICY IF EXISTS erasure_log_owner ON erasure_log;
CREATE POLICY erasure_log_owner ON erasure_log TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS erasure_log_select ON erasure_log;
CREATE POLICY erasure_log_select ON erasure_log FOR SELECT TO app_user, app_readonly
  USING ((SELECT is_admin()));
