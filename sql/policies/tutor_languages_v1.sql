-- Seen with the tutor they belong to; the tutor keeps them.
ALTER TABLE tutor_languages OWNER TO app_owner;
ALTER TABLE tutor_languages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON tutor_languages TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON tutor_languages TO app_user;

DROP POLICY IF EXISTS tutor_languages_owner ON tutor_languages;
CREATE POLICY tutor_languages_owner ON tutor_languages TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_languages_select ON tutor_languages;
CREATE POLICY tutor_languages_select ON tutor_languages FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM tutor_profiles t WHERE t.id = tutor_languages.tutor_profile_id));

DROP POLICY IF EXISTS tutor_languages_insert ON tutor_languages;
CREATE POLICY tutor_languages_insert ON tutor_languages FOR INSERT TO app_user
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_languages_update ON tutor_languages;
CREATE POLICY tutor_languages_update ON tutor_languages FOR UPDATE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()))
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_languages_delete ON tutor_languages;
CREATE POLICY tutor_languages_delete ON tutor_languages FOR DELETE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
