CREATE OR REPLACE FUNCTION count_review() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  tutor CONSTANT integer := CASE WHEN TG_OP = 'DELETE' THEN OLD.tutor_profile_id ELSE NEW.tutor_profile_id END;
BEGIN
  UPDATE tutor_profiles SET (average_rating, total_reviews) = (
    SELECT round(avg(rating), 2), count(*) FROM reviews WHERE tutor_profile_id = tutor AND is_visible AND deleted_at IS NULL
  ) WHERE id = tutor;
  RETURN NULL;
END
$$;

ALTER FUNCTION count_review() OWNER TO app_owner;
REVOKE ALL ON FUNCTION count_review() FROM PUBLIC;
COMMENT ON FUNCTION count_review() IS 'Trigger: average_rating and total_reviews of the tutor, over visible, undeleted reviews.';
