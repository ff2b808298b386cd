-- Seen with the tutor they belong to; the tutor keeps them.
ALTER TABLE tutor_pricing_options OWNER TO app_owner;
ALTER TABLE tutor_pricing_options ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON tutor_pricing_options TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON tutor_pricing_options TO app_user;

DROP POLICY IF EXISTS tutor_pricing_options_owner ON tutor_pricing_options;
CREATE POLICY tutor_pricing_options_owner ON tutor_pricing_options TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_pricing_options_select ON tutor_pricing_options;
CREATE POLICY tutor_pricing_options_select ON tutor_pricing_options FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM tutor_profiles t WHERE t.id = tutor_pricing_options.tutor_profile_id));

DROP POLICY IF EXISTS tutor_pricing_options_insert ON tutor_pricing_options;
CREATE POLICY tutor_pricing_options_insert ON tutor_pricing_options FOR INSERT TO app_user
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_pricing_options_update ON tutor_pricing_options;
CREATE POLICY tutor_pricing_options_update ON tutor_pricing_options FOR UPDATE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()))
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_pricing_options_delete ON tutor_pricing_options;
CREATE POLICY tutor_pricing_options_delete ON tutor_pricing_options FOR DELETE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
