CREATE OR REPLACE FUNCTION wallet_for(p_kind text, p_user_id integer, p_currency text) RETURNS integer
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  found_id integer;
BEGIN
  INSERT INTO wallets (kind, user_id, currency) VALUES (p_kind, p_user_id, p_currency) ON CONFLICT DO NOTHING;
  SELECT id INTO STRICT found_id FROM wallets WHERE kind = p_kind AND user_id IS NOT DISTINCT FROM p_user_id AND currency = p_currency;
  RETURN found_id;
END
$$;

ALTER FUNCTION wallet_for(text, integer, text) OWNER TO app_owner;
REVOKE ALL ON FUNCTION wallet_for(text, integer, text) FROM PUBLIC;
COMMENT ON FUNCTION wallet_for(text, integer, text) IS 'The wallet of a user, of the platform or of the world outside in a currency; made when there is none.';
