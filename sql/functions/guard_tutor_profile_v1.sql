-- Tutors write their own profile, but not what the platform says of it: approval, ratings, counters, badges, payout account.
CREATE OR REPLACE FUNCTION guard_tutor_profile() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
BEGIN
  IF pg_has_role(current_user, 'app_owner', 'MEMBER') OR is_admin() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.profile_status NOT IN ('incomplete', 'pending_approval') OR NEW.total_reviews <> 0 OR NEW.total_sessions <> 0
      OR NEW.badges <> '{}' OR NEW.stripe_account_id IS NOT NULL OR NEW.deleted_at IS NOT NULL
    THEN
      RAISE EXCEPTION 'a new tutor profile starts unapproved and unrated'
        USING ERRCODE = 'insufficient_privilege', TABLE = 'tutor_profiles', SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.user_id, NEW.rejected_reason, NEW.average_rating, NEW.total_reviews, NEW.total_sessions, NEW.badges,
      NEW.stripe_account_id, NEW.stripe_charges_enabled, NEW.stripe_payouts_enabled, NEW.deleted_at, NEW.deleted_by)
    IS DISTINCT FROM (OLD.id, OLD.user_id, OLD.rejected_reason, OLD.average_rating, OLD.total_reviews, OLD.total_sessions, OLD.badges,
      OLD.stripe_account_id, OLD.stripe_charges_enabled, OLD.stripe_payouts_enabled, OLD.deleted_at, OLD.deleted_by)
    OR NEW.profile_status <> OLD.profile_status
      AND (OLD.profile_status, NEW.profile_status) NOT IN (('incomplete', 'pending_approval'), ('rejected', 'pending_approval'), ('pending_approval', 'incomplete'))
  THEN
    RAISE EXCEPTION 'only an administrator changes approval, ratings, badges or payout account of a tutor'
      USING ERRCODE = 'insufficient_privilege', TABLE = 'tutor_profiles', SCHEMA = TG_TABLE_SCHEMA;
  END IF;
  RETURN NEW;
END
$$;

ALTER FUNCTION guard_tutor_profile() OWNER TO app_owner;
REVOKE ALL ON FUNCTION guard_tutor_profile() FROM PUBLIC;
COMMENT ON FUNCTION guard_tutor_profile() IS 'Trigger: what the platform says of a tutor changes through administrators and procedures only.';
