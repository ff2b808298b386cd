-- Version 3: a further partial refund is told, though the state stays PARTIALLY_REFUNDED: the version grows, and money moved.
-- Once per statement; a bulk load asked three functions for each row who acts. Without a user it is always the system.
-- A trigger, not the procedures, so that no path leaves a change of state unrecorded. The action follows from the change alone.
-- Rows that arrive further than REQUESTED were imported: they are logged, but nobody is told.
CREATE OR REPLACE FUNCTION log_booking() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  me CONSTANT integer := current_user_id();
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO booking_transitions (
      booking_id, booking_version, action, actor_id, actor_role, to_session_state, to_session_outcome, to_payment_state, to_dispute_state, occurred_at
    )
    SELECT n.id, n.version, CASE WHEN n.session_state = 'REQUESTED' THEN 'create' ELSE 'import' END, me,
      CASE WHEN me IS NULL THEN 'SYSTEM' ELSE coalesce(booking_role(n.student_id, n.tutor_profile_id), 'SYSTEM') END,
      n.session_state, n.session_outcome, n.payment_state, n.dispute_state, n.state_changed_at
    FROM new_rows n ORDER BY n.id;
  ELSE
    INSERT INTO booking_transitions (
      booking_id, booking_version, action, actor_id, actor_role, from_session_state, to_session_state, from_session_outcome, to_session_outcome,
      from_payment_state, to_payment_state, from_dispute_state, to_dispute_state, occurred_at
    )
    SELECT n.id, n.version, did.action, me,
      CASE WHEN me IS NULL THEN 'SYSTEM' ELSE coalesce(booking_role(n.student_id, n.tutor_profile_id), 'SYSTEM') END,
      o.session_state, n.session_state, o.session_outcome, n.session_outcome,
      o.payment_state, n.payment_state, o.dispute_state, n.dispute_state, n.state_changed_at
    FROM new_rows n JOIN old_rows o USING (id) CROSS JOIN LATERAL (SELECT CASE
      WHEN n.session_state <> o.session_state THEN CASE
        WHEN n.session_state = 'SCHEDULED' THEN 'accept'
        WHEN n.session_state = 'CANCELLED' AND o.session_state = 'REQUESTED' AND n.cancelled_by_role = 'TUTOR' THEN 'decline'
        WHEN n.session_state = 'CANCELLED' THEN 'cancel'
        WHEN n.session_state = 'EXPIRED' THEN 'expire'
        WHEN n.session_state = 'ACTIVE' THEN 'start'
        WHEN n.session_outcome IN ('NO_SHOW_STUDENT', 'NO_SHOW_TUTOR') THEN 'no_show'
        ELSE 'end' END
      WHEN n.dispute_state <> o.dispute_state THEN CASE WHEN n.dispute_state = 'OPEN' THEN 'open_dispute' ELSE 'resolve_dispute' END
      WHEN n.payment_state <> o.payment_state THEN 'payment'
      WHEN (n.start_time, n.end_time) IS DISTINCT FROM (o.start_time, o.end_time) THEN 'reschedule'
      WHEN n.payment_state = 'PARTIALLY_REFUNDED' AND n.state_changed_at <> o.state_changed_at THEN 'payment'
    END AS action) AS did
    WHERE did.action IS NOT NULL ORDER BY n.id;
  END IF;

  INSERT INTO outbox_events (aggregate_type, aggregate_id, event_type, payload, occurred_at)
  SELECT 'booking', n.id, 'booking.' || t.action, jsonb_build_object(
    'booking_id', n.id, 'version', n.version, 'actor_role', t.actor_role, 'tutor_profile_id', n.tutor_profile_id, 'student_id', n.student_id,
    'session_state', n.session_state, 'session_outcome', n.session_outcome, 'payment_state', n.payment_state, 'dispute_state', n.dispute_state,
    'start_time', n.start_time, 'end_time', n.end_time
  ), n.state_changed_at
  FROM new_rows n JOIN booking_transitions t ON (t.booking_id, t.booking_version) = (n.id, n.version)
  WHERE TG_OP = 'UPDATE' OR n.session_state = 'REQUESTED'
  ORDER BY n.id;
  RETURN NULL;
END
$$;

ALTER FUNCTION log_booking() OWNER TO app_owner;
REVOKE ALL ON FUNCTION log_booking() FROM PUBLIC;
COMMENT ON FUNCTION log_booking() IS 'Trigger: writes booking_transitions and outbox_events for every change of a booking.';
