-- Reference: everyone reads, administrators write.
ALTER TABLE notification_templates OWNER TO app_owner;
ALTER TABLE notification_templates ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON notification_templates TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON notification_templates TO app_user;

DROP POLICY IF EXISTS notification_templates_owner ON notification_templates;
CREATE POLICY notification_templates_owner ON notification_templates TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS notification_templates_select ON notification_templates;
CREATE POLICY notification_templates_select ON notification_templates FOR SELECT TO app_user, app_readonly
  USING (true);

DROP POLICY IF EXISTS notification_templates_insert ON notification_templates;
CREATE POLICY notification_templates_insert ON notification_templates FOR INSERT TO app_user
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS notification_templates_update ON notification_templates;
CREATE POLICY notification_templates_update ON notification_templates FOR UPDATE TO app_user
  USING ((SELECT is_admin()))
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS notification_templates_delete ON notification_templates;
CREATE POLICY notification_templates_delete ON notification_templates FOR DELETE TO app_user
  USING ((SELECT is_admin()));
