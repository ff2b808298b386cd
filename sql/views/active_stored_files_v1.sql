-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_stored_files WITH (security_invoker = true) AS
SELECT
  id, bucket_name, object_key, owner_id, mime_type, size_bytes, checksum, object_deleted_at, created_at, updated_at
FROM stored_files
WHERE deleted_at IS NULL;

ALTER VIEW active_stored_files OWNER TO app_owner;
GRANT SELECT ON active_stored_files TO app_user, app_readonly;
COMMENT ON VIEW active_stored_files IS 'Rows of stored_files that are not soft-deleted.';
