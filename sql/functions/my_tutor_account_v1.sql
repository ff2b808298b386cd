CREATE OR REPLACE FUNCTION my_tutor_account(
  OUT tutor_profile_id integer, OUT profile_status varchar, OUT rejected_reason text, OUT stripe_account_id varchar,
  OUT stripe_charges_enabled boolean, OUT stripe_payouts_enabled boolean
)
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
  SELECT id, profile_status, rejected_reason, stripe_account_id, stripe_charges_enabled, stripe_payouts_enabled
  FROM tutor_profiles WHERE id = current_tutor_profile_id()
$$;

ALTER FUNCTION my_tutor_account() OWNER TO app_owner;
REVOKE ALL ON FUNCTION my_tutor_account() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_tutor_account() TO app_user, app_readonly;
COMMENT ON FUNCTION my_tutor_account() IS 'What only the tutor reads of the own profile; one row of nulls for everybody else.';
