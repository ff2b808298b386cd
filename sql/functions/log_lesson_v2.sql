-- Version 2: asks who says what time it is.
-- The proficiency is not clamped here: a CHECK refuses what lies outside 0..1, and with it the whole lesson.
CREATE OR REPLACE FUNCTION log_lesson(
  p_booking_id integer, p_topics text, p_skill_codes text[] DEFAULT '{}', p_gains numeric[] DEFAULT '{}', p_now timestamptz DEFAULT now()
) RETURNS lessons
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
DECLARE
  b bookings := lock_booking(p_booking_id);
  l lessons;
BEGIN
  PERFORM check_clock(p_now);
  PERFORM require_booking_role(b, 'TUTOR');
  IF b.session_outcome IS DISTINCT FROM 'COMPLETED' THEN
    PERFORM refuse_transition(b, 'log');
  END IF;
  IF cardinality(p_skill_codes) <> cardinality(p_gains) THEN
    RAISE EXCEPTION 'every skill needs one gain' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT * INTO l FROM lessons WHERE booking_id = b.id;
  IF FOUND THEN
    RETURN l;
  END IF;
  IF EXISTS (SELECT FROM unnest(p_skill_codes) AS wanted (code) WHERE NOT EXISTS (SELECT FROM skills s WHERE s.code = wanted.code)) THEN
    RAISE EXCEPTION 'a skill is unknown' USING ERRCODE = 'BK404';
  END IF;
  INSERT INTO lessons (booking_id, tutor_profile_id, student_id, subject_id, scheduled_at, duration_minutes, topics)
  VALUES (b.id, b.tutor_profile_id, b.student_id, b.subject_id, b.start_time, extract(epoch FROM b.end_time - b.start_time) / 60, p_topics) RETURNING * INTO l;
  INSERT INTO progress AS p (student_id, skill_id, lesson_id, proficiency, practiced_at)
  SELECT b.student_id, s.id, l.id, given.gain, p_now
  FROM unnest(p_skill_codes, p_gains) AS given (code, gain) JOIN skills s ON s.code = given.code ORDER BY s.id
  ON CONFLICT (student_id, skill_id) DO UPDATE SET
    proficiency = p.proficiency + EXCLUDED.proficiency, lesson_id = EXCLUDED.lesson_id, practiced_at = EXCLUDED.practiced_at;
  RETURN l;
END
$$;

ALTER FUNCTION log_lesson(integer, text, text[], numeric[], timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION log_lesson(integer, text, text[], numeric[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_lesson(integer, text, text[], numeric[], timestamptz) TO app_user;
COMMENT ON FUNCTION log_lesson(integer, text, text[], numeric[], timestamptz) IS 'The tutor says what a completed lesson covered; progress in each skill grows by its gain. Refusals: BK001, BK002, BK404, 23514 beyond 0..1.';
