-- The reporter and administrators; everyone who is somebody may report.
ALTER TABLE reports OWNER TO app_owner;
ALTER TABLE reports ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON reports TO app_user, app_readonly;
GRANT INSERT (reporter_id, reported_user_id, booking_id, category, description) ON reports TO app_user;
GRANT UPDATE (status, resolved_by, resolved_at) ON reports TO app_user;

DROP POLICY IF EXISTS reports_owner ON reports;
CREATE POLICY reports_owner ON reports TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS reports_select ON reports;
CREATE POLICY reports_select ON reports FOR SELECT TO app_user, app_readonly
  USING (reporter_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS reports_insert ON reports;
CREATE POLICY reports_insert ON reports FOR INSERT TO app_user
  WITH CHECK (reporter_id = (SELECT current_user_id()) AND status = 'OPEN');

DROP POLICY IF EXISTS reports_update ON reports;
CREATE POLICY reports_update ON reports FOR UPDATE TO app_user
  USING ((SELECT is_admin()))
  WITH CHECK ((SELECT is_admin()));
