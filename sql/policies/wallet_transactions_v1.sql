-- Seen with the wallet; written by procedures.
ALTER TABLE wallet_transactions OWNER TO app_owner;
ALTER TABLE wallet_transactions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON wallet_transactions TO app_user, app_readonly;

DROP POLICY IF EXISTS wallet_transactions_owner ON wallet_transactions;
CREATE POLICY wallet_transactions_owner ON wallet_transactions TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS wallet_transactions_select ON wallet_transactions;
CREATE POLICY wallet_transactions_select ON wallet_transactions FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM wallets w WHERE w.id = wallet_transactions.wallet_id));
