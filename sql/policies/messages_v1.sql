-- Sender and recipient; sent by the sender, marked as read by the recipient.
ALTER TABLE messages OWNER TO app_owner;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON messages TO app_user, app_readonly;
GRANT INSERT (conversation_id, sender_id, recipient_id, body) ON messages TO app_user;
GRANT UPDATE (is_read, read_at) ON messages TO app_user;

DROP POLICY IF EXISTS messages_owner ON messages;
CREATE POLICY messages_owner ON messages TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS messages_select ON messages;
CREATE POLICY messages_select ON messages FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND (sender_id = (SELECT current_user_id()) OR recipient_id = (SELECT current_user_id())) OR (SELECT is_admin()));

DROP POLICY IF EXISTS messages_insert ON messages;
CREATE POLICY messages_insert ON messages FOR INSERT TO app_user
  WITH CHECK (sender_id = (SELECT current_user_id()) AND EXISTS (
    SELECT FROM conversations c WHERE c.id = messages.conversation_id AND (c.student_id, c.tutor_user_id) IN ((messages.sender_id, messages.recipient_id), (messages.recipient_id, messages.sender_id))));

DROP POLICY IF EXISTS messages_update ON messages;
CREATE POLICY messages_update ON messages FOR UPDATE TO app_user
  USING (deleted_at IS NULL AND recipient_id = (SELECT current_user_id()))
  WITH CHECK (deleted_at IS NULL AND recipient_id = (SELECT current_user_id()));
