CREATE OR REPLACE FUNCTION guard_wallet() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.balance_cents <> 0 OR TG_OP = 'UPDATE' AND NEW.balance_cents <> OLD.balance_cents AND pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'the balance of a wallet moves by its transactions only'
      USING ERRCODE = 'restrict_violation', TABLE = 'wallets', HINT = 'Insert into wallet_transactions.';
  END IF;
  RETURN NEW;
END
$$;

ALTER FUNCTION guard_wallet() OWNER TO app_owner;
REVOKE ALL ON FUNCTION guard_wallet() FROM PUBLIC;
COMMENT ON FUNCTION guard_wallet() IS 'Trigger: refuses a balance that no transaction explains.';
