-- Version 2: locks the tutor for its counters only. FOR UPDATE made every booking of the tutor wait: a foreign key needs KEY SHARE.
CREATE OR REPLACE FUNCTION submit_review(p_booking_id integer, p_rating integer, p_comment text DEFAULT NULL) RETURNS reviews
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking(p_booking_id);
  r reviews;
BEGIN
  PERFORM require_booking_role(b, 'STUDENT');
  IF b.session_outcome IS DISTINCT FROM 'COMPLETED' THEN
    PERFORM refuse_transition(b, 'review');
  END IF;
  SELECT * INTO r FROM reviews WHERE booking_id = b.id;
  IF FOUND THEN
    IF (r.rating, coalesce(r.comment, '')) = (p_rating, coalesce(p_comment, '')) THEN
      RETURN r;
    END IF;
    RAISE EXCEPTION 'booking % has a review already', b.id USING ERRCODE = 'BK001';
  END IF;
  PERFORM FROM tutor_profiles WHERE id = b.tutor_profile_id FOR NO KEY UPDATE;
  INSERT INTO reviews (booking_id, tutor_profile_id, student_id, rating, comment)
  VALUES (b.id, b.tutor_profile_id, b.student_id, p_rating, p_comment) RETURNING * INTO r;
  INSERT INTO outbox_events (aggregate_type, aggregate_id, event_type, payload)
  VALUES ('review', r.id, 'review.submit', jsonb_build_object('review_id', r.id, 'booking_id', b.id, 'tutor_profile_id', b.tutor_profile_id, 'rating', p_rating));
  RETURN r;
END
$$;

ALTER FUNCTION submit_review(integer, integer, text) OWNER TO app_owner;
REVOKE ALL ON FUNCTION submit_review(integer, integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION submit_review(integer, integer, text) TO app_user;
COMMENT ON FUNCTION submit_review(integer, integer, text) IS 'The student reviews a completed lesson, once. Refusals: BK001 not completed or reviewed already, BK002, BK404.';
