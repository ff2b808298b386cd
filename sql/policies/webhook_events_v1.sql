-- Administrators look; procedures and jobs write.
ALTER TABLE webhook_events OWNER TO app_owner;
ALTER TABLE webhook_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON webhook_events TO app_user, app_readonly;

DROP POLICY IF EXISTS webhook_events_owner ON webhook_events;
CREATE POLICY webhook_events_owner ON webhook_events TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS webhook_events_select ON webhook_events;
CREATE POLICY webhook_events_select ON webhook_events FOR SELECT TO app_user, app_readonly
  USING ((SELECT is_admin()));
