-- Seen with the message; sent by its sender.
ALTER TABLE message_attachments OWNER TO app_owner;
ALTER TABLE message_attachments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON message_attachments TO app_user, app_readonly;
GRANT INSERT (message_id, uploaded_by, object_key, filename, mime_type, size_bytes) ON message_attachments TO app_user;

DROP POLICY IF EXISTS message_attachments_owner ON message_attachments;
CREATE POLICY message_attachments_owner ON message_attachments TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS message_attachments_select ON message_attachments;
CREATE POLICY message_attachments_select ON message_attachments FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND EXISTS (SELECT FROM messages m WHERE m.id = message_attachments.message_id) OR (SELECT is_admin()));

DROP POLICY IF EXISTS message_attachments_insert ON message_attachments;
CREATE POLICY message_attachments_insert ON message_attachments FOR INSERT TO app_user
  WITH CHECK (uploaded_by = (SELECT current_user_id()) AND EXISTS (SELECT FROM messages m WHERE m.id = message_attachments.message_id AND m.sender_id = (SELECT current_user_id())));
