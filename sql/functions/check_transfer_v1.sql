-- Deferred to the end of the transaction, when both sides of a transfer are there.
CREATE OR REPLACE FUNCTION check_transfer() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF (SELECT sum(t.amount_cents) <> 0 OR count(DISTINCT w.currency) <> 1 FROM wallet_transactions t JOIN wallets w ON w.id = t.wallet_id WHERE t.transfer_id = NEW.transfer_id) THEN
    RAISE EXCEPTION 'transfer % does not balance', NEW.transfer_id USING ERRCODE = 'check_violation', TABLE = 'wallet_transactions', CONSTRAINT = 'trg_wallet_transactions_balanced';
  END IF;
  RETURN NULL;
END
$$;

ALTER FUNCTION check_transfer() OWNER TO app_owner;
REVOKE ALL ON FUNCTION check_transfer() FROM PUBLIC;
COMMENT ON FUNCTION check_transfer() IS 'Constraint trigger: the entries of a transfer are in one currency and add up to nothing.';
