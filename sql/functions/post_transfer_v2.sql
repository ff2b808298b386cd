-- Version 2: says the balance after each entry, read under the lock.
CREATE OR REPLACE FUNCTION post_transfer(p_from integer, p_to integer, p_amount_cents bigint, p_type text, p_booking_id integer) RETURNS uuid
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  transfer CONSTANT uuid := gen_random_uuid();
BEGIN
  WITH held AS (SELECT w.id, w.balance_cents FROM wallets w WHERE w.id IN (p_from, p_to) ORDER BY w.id FOR UPDATE)
  INSERT INTO wallet_transactions (wallet_id, transfer_id, type, amount_cents, balance_after_cents, booking_id)
  SELECT held.id, transfer, p_type, moved.cents, held.balance_cents + moved.cents, p_booking_id
  FROM held CROSS JOIN LATERAL (SELECT CASE held.id WHEN p_from THEN -p_amount_cents ELSE p_amount_cents END AS cents) AS moved;
  RETURN transfer;
END
$$;

ALTER FUNCTION post_transfer(integer, integer, bigint, text, integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION post_transfer(integer, integer, bigint, text, integer) FROM PUBLIC;
COMMENT ON FUNCTION post_transfer(integer, integer, bigint, text, integer) IS 'Moves money between two wallets, locked in order of their ids: two entries, one transfer.';
