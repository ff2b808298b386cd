-- How fast a tutor answers is part of the public profile; only procedures write it.
ALTER TABLE tutor_metrics OWNER TO app_owner;
ALTER TABLE tutor_metrics ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON tutor_metrics TO app_user, app_readonly;

DROP POLICY IF EXISTS tutor_metrics_owner ON tutor_metrics;
CREATE POLICY tutor_metrics_owner ON tutor_metrics TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_metrics_select ON tutor_metrics;
CREATE POLICY tutor_metrics_select ON tutor_metrics FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM tutor_profiles t WHERE t.id = tutor_metrics.tutor_profile_id));
