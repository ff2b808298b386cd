-- Reference: everyone reads, administrators write.
ALTER TABLE supported_languages OWNER TO app_owner;
ALTER TABLE supported_languages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON supported_languages TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON supported_languages TO app_user;

DROP POLICY IF EXISTS supported_languages_owner ON supported_languages;
CREATE POLICY supported_languages_owner ON supported_languages TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS supported_languages_select ON supported_languages;
CREATE POLICY supported_languages_select ON supported_languages FOR SELECT TO app_user, app_readonly
  USING (true);

DROP POLICY IF EXISTS supported_languages_insert ON supported_languages;
CREATE POLICY supported_languages_insert ON supported_languages FOR INSERT TO app_user
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS supported_languages_update ON supported_languages;
CREATE POLICY supported_languages_update ON supported_languages FOR UPDATE TO app_user
  USING ((SELECT is_admin()))
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS supported_languages_delete ON supported_languages;
CREATE POLICY supported_languages_delete ON supported_languages FOR DELETE TO app_user
  USING ((SELECT is_admin()));
