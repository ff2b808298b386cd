-- Administrators look; procedures write.
ALTER TABLE idempotency_keys OWNER TO app_owner;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON idempotency_keys TO app_user, app_readonly;

DROP POLICY IF EXISTS idempotency_keys_owner ON idempotency_keys;
CREATE POLICY idempotency_keys_owner ON idempotency_keys TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS idempotency_keys_select ON idempotency_keys;
CREATE POLICY idempotency_keys_select ON idempotency_keys FOR SELECT TO app_user, app_readonly
  USING ((SELECT is_admin()));
