-- Seen with the tutor they belong to: the sub-select obeys the policy of tutor_profiles.
ALTER TABLE tutor_availabilities OWNER TO app_owner;
ALTER TABLE tutor_availabilities ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON tutor_availabilities TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON tutor_availabilities TO app_user;

DROP POLICY IF EXISTS tutor_availabilities_owner ON tutor_availabilities;
CREATE POLICY tutor_availabilities_owner ON tutor_availabilities TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_availabilities_select ON tutor_availabilities;
CREATE POLICY tutor_availabilities_select ON tutor_availabilities FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM tutor_profiles t WHERE t.id = tutor_availabilities.tutor_profile_id));

DROP POLICY IF EXISTS tutor_availabilities_insert ON tutor_availabilities;
CREATE POLICY tutor_availabilities_insert ON tutor_availabilities FOR INSERT TO app_user
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_availabilities_update ON tutor_availabilities;
CREATE POLICY tutor_availabilities_update ON tutor_availabilities FOR UPDATE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()))
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_availabilities_delete ON tutor_availabilities;
CREATE POLICY tutor_availabilities_delete ON tutor_availabilities FOR DELETE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
