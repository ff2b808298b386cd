-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_conversations WITH (security_invoker = true) AS
SELECT
  id, student_id, tutor_user_id, booking_id, last_message_at, created_at, updated_at
FROM conversations
WHERE deleted_at IS NULL;

ALTER VIEW active_conversations OWNER TO app_owner;
GRANT SELECT ON active_conversations TO app_user, app_readonly;
COMMENT ON VIEW active_conversations IS 'Rows of conversations that are not soft-deleted.';
