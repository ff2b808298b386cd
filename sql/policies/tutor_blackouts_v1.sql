-- Why somebody is away is nobody's business: only the tutor and administrators. Booking looks with the rights of the procedure.
ALTER TABLE tutor_blackouts OWNER TO app_owner;
ALTER TABLE tutor_blackouts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON tutor_blackouts TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON tutor_blackouts TO app_user;

DROP POLICY IF EXISTS tutor_blackouts_owner ON tutor_blackouts;
CREATE POLICY tutor_blackouts_owner ON tutor_blackouts TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_blackouts_select ON tutor_blackouts;
CREATE POLICY tutor_blackouts_select ON tutor_blackouts FOR SELECT TO app_user, app_readonly
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_blackouts_insert ON tutor_blackouts;
CREATE POLICY tutor_blackouts_insert ON tutor_blackouts FOR INSERT TO app_user
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_blackouts_update ON tutor_blackouts;
CREATE POLICY tutor_blackouts_update ON tutor_blackouts FOR UPDATE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()))
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_blackouts_delete ON tutor_blackouts;
CREATE POLICY tutor_blackouts_delete ON tutor_blackouts FOR DELETE TO app_user
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
