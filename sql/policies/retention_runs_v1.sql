-- Administrators look; procedures and jobs write.
ALTER TABLE retention_runs OWNER TO app_owner;
ALTER TABLE retention_runs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON retention_runs TO app_user, app_readonly;

DROP POLICY IF EXISTS retention_runs_owner ON retention_runs;
CREATE POLICY retention_runs_owner ON retention_runs TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS retention_runs_select ON retention_runs;
CREATE POLICY retention_runs_select ON retention_runs FOR SELECT TO app_user, app_readonly
  USING ((SELECT is_admin()));
