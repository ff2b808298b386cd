-- Version 2: nobody whose account is suspended or deleted has free time, and a length that cannot be booked has none.
-- A student cannot see the lessons of others, so free time is computed with the owner's rights and told without saying why a slot is taken.
CREATE OR REPLACE FUNCTION available_slots(
  p_tutor_profile_id integer, p_from timestamptz, p_until timestamptz, p_duration interval DEFAULT interval '1 hour'
) RETURNS SETOF timestamptz
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp
AS $$
  SELECT slot.at
  FROM tutor_profiles t
  CROSS JOIN generate_series(
    date_bin('30 minutes', p_from + interval '30 minutes' - interval '1 microsecond', timestamptz '2000-01-01 00:00+00'),
    least(p_until, p_from + interval '62 days') - p_duration, interval '30 minutes'
  ) AS slot (at)
  WHERE t.id = p_tutor_profile_id AND t.is_approved AND t.is_account_active AND t.deleted_at IS NULL
    AND p_duration BETWEEN interval '15 minutes' AND interval '8 hours'
    AND is_tutor_available(t.id, slot.at, slot.at + p_duration)
    AND NOT EXISTS (
      SELECT FROM bookings b
      WHERE b.tutor_profile_id = t.id AND tstzrange(b.start_time, b.end_time, '[)') && tstzrange(slot.at, slot.at + p_duration, '[)')
        AND b.session_state IN ('REQUESTED', 'SCHEDULED', 'ACTIVE') AND b.deleted_at IS NULL
    )
  ORDER BY slot.at
$$;

ALTER FUNCTION available_slots(integer, timestamptz, timestamptz, interval) OWNER TO app_owner;
REVOKE ALL ON FUNCTION available_slots(integer, timestamptz, timestamptz, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION available_slots(integer, timestamptz, timestamptz, interval) TO app_user, app_readonly;
COMMENT ON FUNCTION available_slots(integer, timestamptz, timestamptz, interval) IS 'Starts, every half hour, at which an approved tutor is free for that long; at most 62 days are searched.';
