-- Administrators look; procedures and jobs write.
ALTER TABLE retention_policies OWNER TO app_owner;
ALTER TABLE retention_policies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON retention_policies TO app_user, app_readonly;

DROP POLICY IF EXISTS retention_policies_owner ON retention_policies;
CREATE POLICY retention_policies_owner ON retention_policies TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS retention_policies_select ON retention_policies;
CREATE POLICY retention_policies_select ON retention_policies FOR SELECT TO app_user, app_readonly
  USING ((SELECT is_admin()));
