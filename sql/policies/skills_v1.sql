-- Reference: everyone reads, administrators write.
ALTER TABLE skills OWNER TO app_owner;
ALTER TABLE skills ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON skills TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON skills TO app_user;

DROP POLICY IF EXISTS skills_owner ON skills;
CREATE POLICY skills_owner ON skills TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS skills_select ON skills;
CREATE POLICY skills_select ON skills FOR SELECT TO app_user, app_readonly
  USING (true);

DROP POLICY IF EXISTS skills_insert ON skills;
CREATE POLICY skills_insert ON skills FOR INSERT TO app_user
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS skills_update ON skills;
CREATE POLICY skills_update ON skills FOR UPDATE TO app_user
  USING ((SELECT is_admin()))
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS skills_delete ON skills;
CREATE POLICY skills_delete ON skills FOR DELETE TO app_user
  USING ((SELECT is_admin()));
