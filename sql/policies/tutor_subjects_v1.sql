-- Seen with the tutor they belong to; the tutor keeps them.
ALTER TABLE tutor_subjects OWNER TO app_owner;
ALTER TABLE tutor_subjects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON tutor_subjects TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON tutor_subjects TO app_user;

DROP POLICY IF EXISTS tutor_subjects_owner ON tutor_subjects;
CREATE POLICY tutor_subjects_owner ON tutor_subjects TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_subjects_select ON tutor_subjects;
CREATE POLICY tutor_subjects_select ON tutor_subjects FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM tutor_profiles t WHERE t.id = tutor_subjects.tutor_profile_id));

DROP POLICY IF EXISTS tutor_subjects_insert ON tutor_subjects;
CREATE POLICY tutor_subjects_insert ON tutor_subjects FOR INSERT TO app_user
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_subjects_update ON tutor_subjects;
CREATE POLICY tutor_subjects_update ON tutor_subjects FOR UPDATE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()))
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_subjects_delete ON tutor_subjects;
CREATE POLICY tutor_subjects_delete ON tutor_subjects FOR DELETE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
