-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_message_attachments WITH (security_invoker = true) AS
SELECT
  id, message_id, uploaded_by, object_key, filename, mime_type, size_bytes, created_at, updated_at
FROM message_attachments
WHERE deleted_at IS NULL;

ALTER VIEW active_message_attachments OWNER TO app_owner;
GRANT SELECT ON active_message_attachments TO app_user, app_readonly;
COMMENT ON VIEW active_message_attachments IS 'Rows of message_attachments that are not soft-deleted.';
