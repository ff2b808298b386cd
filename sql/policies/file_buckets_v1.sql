-- Reference: everyone reads, administrators write.
ALTER TABLE file_buckets OWNER TO app_owner;
ALTER TABLE file_buckets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON file_buckets TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON file_buckets TO app_user;

DROP POLICY IF EXISTS file_buckets_owner ON file_buckets;
CREATE POLICY file_buckets_owner ON file_buckets TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS file_buckets_select ON file_buckets;
CREATE POLICY file_buckets_select ON file_buckets FOR SELECT TO app_user, app_readonly
  USING (true);

DROP POLICY IF EXISTS file_buckets_insert ON file_buckets;
CREATE POLICY file_buckets_insert ON file_buckets FOR INSERT TO app_user
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS file_buckets_update ON file_buckets;
CREATE POLICY file_buckets_update ON file_buckets FOR UPDATE TO app_user
  USING ((SELECT is_admin()))
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS file_buckets_delete ON file_buckets;
CREATE POLICY file_buckets_delete ON file_buckets FOR DELETE TO app_user
  USING ((SELECT is_admin()));
