CREATE OR REPLACE FUNCTION person_name(p_user_id integer) RETURNS varchar
  LANGUAGE sql STABLE
  SET search_path = public, pg_temp
AS $$
  SELECT coalesce((SELECT left(first_name || ' ' || last_name, 200) FROM user_profiles WHERE user_id = p_user_id AND deleted_at IS NULL), 'User ' || p_user_id)
$$;

ALTER FUNCTION person_name(integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION person_name(integer) FROM PUBLIC;
COMMENT ON FUNCTION person_name(integer) IS 'Full name for a snapshot column; a neutral word for people without a profile.';
