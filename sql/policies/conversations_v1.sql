-- The two who write.
ALTER TABLE conversations OWNER TO app_owner;
ALTER TABLE conversations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON conversations TO app_user, app_readonly;
GRANT INSERT (student_id, tutor_user_id, booking_id) ON conversations TO app_user;

DROP POLICY IF EXISTS conversations_owner ON conversations;
CREATE POLICY conversations_owner ON conversations TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS conversations_select ON conversations;
CREATE POLICY conversations_select ON conversations FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND (student_id = (SELECT current_user_id()) OR tutor_user_id = (SELECT current_user_id())) OR (SELECT is_admin()));

DROP POLICY IF EXISTS conversations_insert ON conversations;
CREATE POLICY conversations_insert ON conversations FOR INSERT TO app_user
  WITH CHECK (student_id = (SELECT current_user_id()) OR tutor_user_id = (SELECT current_user_id()));
