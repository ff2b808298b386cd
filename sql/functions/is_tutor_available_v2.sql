-- Version 2: false, not true, for tutors that cannot be booked (unknown, unapproved, suspended, deleted) and for spans that no lesson has
-- (null, backwards, more than 8 hours): a gap between two NOT EXISTS let them all through.
-- A moment is available when the tutor's wall clock says so. Windows, lessons' quarter hours and every change of clocks lie on the
-- quarter-hour grid, so reading the wall clock once per quarter hour is exact: an hour that a change of clocks repeats counts twice,
-- one that it skips does not exist, and windows that touch at midnight join. Computing windows as instants would be wrong on
-- exactly those days.
CREATE OR REPLACE FUNCTION is_tutor_available(p_tutor_profile_id integer, p_start_time timestamptz, p_end_time timestamptz) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
  SELECT coalesce(p_end_time - p_start_time BETWEEN interval '1 minute' AND interval '8 hours', false) AND EXISTS (
    SELECT FROM tutor_profiles t
    WHERE t.id = p_tutor_profile_id AND t.is_approved AND t.is_account_active AND t.deleted_at IS NULL
  ) AND NOT EXISTS (
    SELECT FROM tutor_profiles t
    JOIN users u ON u.id = t.user_id
    CROSS JOIN generate_series(
      date_bin('15 minutes', p_start_time, timestamptz '2000-01-01 00:00+00'), p_end_time - interval '1 microsecond', interval '15 minutes'
    ) AS quarter (at)
    CROSS JOIN LATERAL (SELECT quarter.at AT TIME ZONE u.timezone AS wall) AS clock
    WHERE t.id = p_tutor_profile_id AND NOT EXISTS (
      SELECT FROM tutor_availabilities a
      WHERE a.tutor_profile_id = t.id
        AND a.day_of_week = extract(dow FROM clock.wall)
        AND clock.wall::time >= a.start_time AND clock.wall::time < a.end_time
        AND (a.effective_from IS NULL OR clock.wall::date >= a.effective_from)
        AND (a.effective_until IS NULL OR clock.wall::date < a.effective_until)
    )
  ) AND NOT EXISTS (
    SELECT FROM tutor_blackouts o
    WHERE o.tutor_profile_id = p_tutor_profile_id AND tstzrange(o.start_at, o.end_at) && tstzrange(p_start_time, p_end_time)
  )
$$;

ALTER FUNCTION is_tutor_available(integer, timestamptz, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION is_tutor_available(integer, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_tutor_available(integer, timestamptz, timestamptz) TO app_user, app_readonly;
COMMENT ON FUNCTION is_tutor_available(integer, timestamptz, timestamptz) IS 'Whether the whole span lies inside the weekly hours of the tutor, read on the wall clock of the tutor''s time zone, and outside time off.';
