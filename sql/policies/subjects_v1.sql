-- Reference: everyone reads, administrators write.
ALTER TABLE subjects OWNER TO app_owner;
ALTER TABLE subjects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON subjects TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON subjects TO app_user;

DROP POLICY IF EXISTS subjects_owner ON subjects;
CREATE POLICY subjects_owner ON subjects TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS subjects_select ON subjects;
CREATE POLICY subjects_select ON subjects FOR SELECT TO app_user, app_readonly
  USING (true);

DROP POLICY IF EXISTS subjects_insert ON subjects;
CREATE POLICY subjects_insert ON subjects FOR INSERT TO app_user
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS subjects_update ON subjects;
CREATE POLICY subjects_update ON subjects FOR UPDATE TO app_user
  USING ((SELECT is_admin()))
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS subjects_delete ON subjects;
CREATE POLICY subjects_delete ON subjects FOR DELETE TO app_user
  USING ((SELECT is_admin()));
