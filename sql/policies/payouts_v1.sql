-- The tutor and administrators; written by procedures.
ALTER TABLE payouts OWNER TO app_owner;
ALTER TABLE payouts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON payouts TO app_user, app_readonly;

DROP POLICY IF EXISTS payouts_owner ON payouts;
CREATE POLICY payouts_owner ON payouts TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS payouts_select ON payouts;
CREATE POLICY payouts_select ON payouts FOR SELECT TO app_user, app_readonly
  USING (tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
