-- Its person and administrators; written by procedures.
ALTER TABLE wallets OWNER TO app_owner;
ALTER TABLE wallets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON wallets TO app_user, app_readonly;

DROP POLICY IF EXISTS wallets_owner ON wallets;
CREATE POLICY wallets_owner ON wallets TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS wallets_select ON wallets;
CREATE POLICY wallets_select ON wallets FOR SELECT TO app_user, app_readonly
  USING (user_id = (SELECT current_user_id()) OR (SELECT is_admin()));
