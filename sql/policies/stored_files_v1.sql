-- The owner and administrators.
ALTER TABLE stored_files OWNER TO app_owner;
ALTER TABLE stored_files ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON stored_files TO app_user, app_readonly;
GRANT INSERT (bucket_name, object_key, owner_id, mime_type, size_bytes, checksum) ON stored_files TO app_user;

DROP POLICY IF EXISTS stored_files_owner ON stored_files;
CREATE POLICY stored_files_owner ON stored_files TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS stored_files_select ON stored_files;
CREATE POLICY stored_files_select ON stored_files FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND owner_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS stored_files_insert ON stored_files;
CREATE POLICY stored_files_insert ON stored_files FOR INSERT TO app_user
  WITH CHECK (owner_id = (SELECT current_user_id()));
