-- Version 2: once per statement, not per row; a bulk load would read a tutor's reviews again for each of them.
CREATE OR REPLACE FUNCTION count_review() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  tutors integer[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    tutors := ARRAY(SELECT DISTINCT tutor_profile_id FROM old_rows);
  ELSE
    tutors := ARRAY(SELECT DISTINCT tutor_profile_id FROM new_rows);
  END IF;
  -- Locked in one order: two statements over several tutors never wait for each other.
  PERFORM FROM tutor_profiles WHERE id = ANY (tutors) ORDER BY id FOR NO KEY UPDATE;
  UPDATE tutor_profiles t SET average_rating = counted.mean, total_reviews = counted.number
  FROM unnest(tutors) AS changed (id) CROSS JOIN LATERAL (
    SELECT round(avg(rating), 2) AS mean, count(*) AS number FROM reviews WHERE tutor_profile_id = changed.id AND is_visible AND deleted_at IS NULL
  ) AS counted
  WHERE t.id = changed.id;
  RETURN NULL;
END
$$;

ALTER FUNCTION count_review() OWNER TO app_owner;
REVOKE ALL ON FUNCTION count_review() FROM PUBLIC;
COMMENT ON FUNCTION count_review() IS 'Trigger: average_rating and total_reviews of a tutor are those of the visible reviews.';
