-- The balance of a wallet is the sum of its transactions because nothing but a transaction can move it.
CREATE OR REPLACE FUNCTION keep_wallet() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE wallets SET balance_cents = balance_cents + NEW.amount_cents
  WHERE id = NEW.wallet_id RETURNING balance_cents INTO NEW.balance_after_cents;
  RETURN NEW;
END
$$;

ALTER FUNCTION keep_wallet() OWNER TO app_owner;
REVOKE ALL ON FUNCTION keep_wallet() FROM PUBLIC;
COMMENT ON FUNCTION keep_wallet() IS 'Trigger: a transaction moves the balance of its wallet, and remembers the balance after it.';
