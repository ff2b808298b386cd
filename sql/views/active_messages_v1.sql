-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_messages WITH (security_invoker = true) AS
SELECT
  id, conversation_id, sender_id, recipient_id, body, is_read, read_at, created_at, updated_at
FROM messages
WHERE deleted_at IS NULL;

ALTER VIEW active_messages OWNER TO app_owner;
GRANT SELECT ON active_messages TO app_user, app_readonly;
COMMENT ON VIEW active_messages IS 'Rows of messages that are not soft-deleted.';
