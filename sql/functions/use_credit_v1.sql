CREATE OR REPLACE FUNCTION use_credit(p_package_id integer, p_student_id integer, p_tutor_profile_id integer, p_subject_id integer, p_now timestamptz) RETURNS student_packages
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  p student_packages;
BEGIN
  SELECT * INTO p FROM student_packages WHERE id = p_package_id AND student_id = p_student_id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'package % not found', p_package_id USING ERRCODE = 'BK404';
  END IF;
  IF p.tutor_profile_id <> p_tutor_profile_id OR p.subject_id <> p_subject_id THEN
    RAISE EXCEPTION 'package % does not pay for this lesson', p_package_id
      USING ERRCODE = 'BK006', DETAIL = 'It was bought for another tutor or subject.';
  END IF;
  IF p.status <> 'active' OR p.sessions_remaining < 1 OR p.expires_at <= p_now THEN
    RAISE EXCEPTION 'package % has no credit', p_package_id
      USING ERRCODE = 'BK006', DETAIL = format('It is %s, %s left, expiry %s.', p.status, p.sessions_remaining, coalesce(p.expires_at::text, 'never'));
  END IF;
  UPDATE student_packages
  SET sessions_used = sessions_used + 1, sessions_remaining = sessions_remaining - 1,
    status = CASE WHEN sessions_remaining = 1 THEN 'exhausted' ELSE status END
  WHERE id = p_package_id RETURNING * INTO p;
  RETURN p;
END
$$;

ALTER FUNCTION use_credit(integer, integer, integer, integer, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION use_credit(integer, integer, integer, integer, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION use_credit(integer, integer, integer, integer, timestamptz) IS 'Takes one credit out of a package, locked; BK006 when it has none, is expired or is for something else.';
