-- Only the person, who marks them as read; written by the system.
ALTER TABLE notifications OWNER TO app_owner;
ALTER TABLE notifications ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON notifications TO app_user, app_readonly;
GRANT UPDATE (read_at) ON notifications TO app_user;

DROP POLICY IF EXISTS notifications_owner ON notifications;
CREATE POLICY notifications_owner ON notifications TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS notifications_select ON notifications;
CREATE POLICY notifications_select ON notifications FOR SELECT TO app_user, app_readonly
  USING (user_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS notifications_update ON notifications;
CREATE POLICY notifications_update ON notifications FOR UPDATE TO app_user
  USING (user_id = (SELECT current_user_id()))
  WITH CHECK (user_id = (SELECT current_user_id()));
