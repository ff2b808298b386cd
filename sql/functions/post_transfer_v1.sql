CREATE OR REPLACE FUNCTION post_transfer(p_from integer, p_to integer, p_amount_cents bigint, p_type text, p_booking_id integer) RETURNS uuid
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  transfer CONSTANT uuid := gen_random_uuid();
BEGIN
  PERFORM FROM wallets WHERE id IN (p_from, p_to) ORDER BY id FOR UPDATE;
  INSERT INTO wallet_transactions (wallet_id, transfer_id, type, amount_cents, booking_id)
  VALUES (p_from, transfer, p_type, -p_amount_cents, p_booking_id), (p_to, transfer, p_type, p_amount_cents, p_booking_id);
  RETURN transfer;
END
$$;

ALTER FUNCTION post_transfer(integer, integer, bigint, text, integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION post_transfer(integer, integer, bigint, text, integer) FROM PUBLIC;
COMMENT ON FUNCTION post_transfer(integer, integer, bigint, text, integer) IS 'Moves money between two wallets, locked in order of their ids: two entries, one transfer.';
