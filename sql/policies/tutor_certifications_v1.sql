-- Seen with the tutor; only an administrator verifies: that column is not granted to be written by tutors, and documents are not
-- granted for reading.
ALTER TABLE tutor_certifications OWNER TO app_owner;
ALTER TABLE tutor_certifications ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON tutor_certifications TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON tutor_certifications TO app_user;

DROP POLICY IF EXISTS tutor_certifications_owner ON tutor_certifications;
CREATE POLICY tutor_certifications_owner ON tutor_certifications TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_certifications_select ON tutor_certifications;
CREATE POLICY tutor_certifications_select ON tutor_certifications FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM tutor_profiles t WHERE t.id = tutor_certifications.tutor_profile_id));

DROP POLICY IF EXISTS tutor_certifications_insert ON tutor_certifications;
CREATE POLICY tutor_certifications_insert ON tutor_certifications FOR INSERT TO app_user
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) AND NOT is_verified OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_certifications_update ON tutor_certifications;
CREATE POLICY tutor_certifications_update ON tutor_certifications FOR UPDATE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()))
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) AND NOT is_verified OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_certifications_delete ON tutor_certifications;
CREATE POLICY tutor_certifications_delete ON tutor_certifications FOR DELETE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
