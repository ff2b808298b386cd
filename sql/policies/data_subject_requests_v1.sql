-- Administrators look; procedures and jobs write.
ALTER TABLE data_subject_requests OWNER TO app_owner;
ALTER TABLE data_subject_requests ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON data_subject_requests TO app_user, app_readonly;

DROP POLICY IF EXISTS data_subject_requests_owner ON data_subject_requests;
CREATE POLICY data_subject_requests_owner ON data_subject_requests TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS data_subject_requests_select ON data_subject_requests;
CREATE POLICY data_subject_requests_select ON data_subject_requests FOR SELECT TO app_user, app_readonly
  USING ((SELECT is_admin()));
