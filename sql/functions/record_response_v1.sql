CREATE OR REPLACE FUNCTION record_response(p_booking bookings, p_response text, p_now timestamptz) RETURNS void
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  seconds CONSTANT integer := greatest(0, least(extract(epoch FROM p_now - p_booking.created_at), 2147483647))::integer;
BEGIN
  INSERT INTO tutor_response_log (tutor_profile_id, booking_id, student_id, response, requested_at, responded_at, response_seconds)
  VALUES (p_booking.tutor_profile_id, p_booking.id, p_booking.student_id, p_response, p_booking.created_at, p_now, seconds);
  INSERT INTO tutor_metrics AS m (tutor_profile_id, accepted_count, declined_count, expired_count, response_seconds, last_response_at)
  VALUES (
    p_booking.tutor_profile_id, (p_response = 'ACCEPTED')::integer, (p_response = 'DECLINED')::integer, (p_response = 'EXPIRED')::integer,
    CASE WHEN p_response = 'EXPIRED' THEN 0 ELSE seconds END, CASE WHEN p_response <> 'EXPIRED' THEN p_now END
  )
  ON CONFLICT (tutor_profile_id) DO UPDATE SET
    accepted_count = m.accepted_count + EXCLUDED.accepted_count,
    declined_count = m.declined_count + EXCLUDED.declined_count,
    expired_count = m.expired_count + EXCLUDED.expired_count,
    response_seconds = m.response_seconds + EXCLUDED.response_seconds,
    last_response_at = greatest(m.last_response_at, EXCLUDED.last_response_at);
END
$$;

ALTER FUNCTION record_response(bookings, text, timestamptz) OWNER TO app_owner;
REVOKE ALL ON FUNCTION record_response(bookings, text, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION record_response(bookings, text, timestamptz) IS 'Logs how a tutor answered a request and counts it.';
