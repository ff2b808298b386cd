-- Seen with the tutor they belong to; the tutor keeps them.
ALTER TABLE tutor_education OWNER TO app_owner;
ALTER TABLE tutor_education ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON tutor_education TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON tutor_education TO app_user;

DROP POLICY IF EXISTS tutor_education_owner ON tutor_education;
CREATE POLICY tutor_education_owner ON tutor_education TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_education_select ON tutor_education;
CREATE POLICY tutor_education_select ON tutor_education FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM tutor_profiles t WHERE t.id = tutor_education.tutor_profile_id));

DROP POLICY IF EXISTS tutor_education_insert ON tutor_education;
CREATE POLICY tutor_education_insert ON tutor_education FOR INSERT TO app_user
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_education_update ON tutor_education;
CREATE POLICY tutor_education_update ON tutor_education FOR UPDATE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()))
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_education_delete ON tutor_education;
CREATE POLICY tutor_education_delete ON tutor_education FOR DELETE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
