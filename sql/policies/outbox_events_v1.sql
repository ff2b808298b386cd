-- Administrators look; the publisher reads as app_system through procedures; triggers write.
ALTER TABLE outbox_events OWNER TO app_owner;
ALTER TABLE outbox_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON outbox_events TO app_user, app_readonly;

DROP POLICY IF EXISTS outbox_events_owner ON outbox_events;
CREATE POLICY outbox_events_owner ON outbox_events TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS outbox_events_select ON outbox_events;
CREATE POLICY outbox_events_select ON outbox_events FOR SELECT TO app_user, app_readonly
  USING ((SELECT is_admin()));
