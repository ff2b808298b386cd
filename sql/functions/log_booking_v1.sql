-- A trigger, not the procedures, so that no path leaves a change of state unrecorded. The action follows from the change alone.
-- Rows that arrive further than REQUESTED were imported: they are logged, but nobody is told.
CREATE OR REPLACE FUNCTION log_booking() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = public, pg_temp
AS $$
DECLARE
  actor CONSTANT text := coalesce(booking_role(NEW.student_id, NEW.tutor_profile_id), 'SYSTEM');
  action CONSTANT text := CASE
    WHEN TG_OP = 'INSERT' THEN CASE WHEN NEW.session_state = 'REQUESTED' THEN 'create' ELSE 'import' END
    WHEN NEW.session_state <> OLD.session_state THEN CASE
      WHEN NEW.session_state = 'SCHEDULED' THEN 'accept'
      WHEN NEW.session_state = 'CANCELLED' AND OLD.session_state = 'REQUESTED' AND NEW.cancelled_by_role = 'TUTOR' THEN 'decline'
      WHEN NEW.session_state = 'CANCELLED' THEN 'cancel'
      WHEN NEW.session_state = 'EXPIRED' THEN 'expire'
      WHEN NEW.session_state = 'ACTIVE' THEN 'start'
      WHEN NEW.session_outcome IN ('NO_SHOW_STUDENT', 'NO_SHOW_TUTOR') THEN 'no_show'
      ELSE 'end' END
    WHEN NEW.dispute_state <> OLD.dispute_state THEN CASE WHEN NEW.dispute_state = 'OPEN' THEN 'open_dispute' ELSE 'resolve_dispute' END
    WHEN NEW.payment_state <> OLD.payment_state THEN 'payment'
    WHEN (NEW.start_time, NEW.end_time) IS DISTINCT FROM (OLD.start_time, OLD.end_time) THEN 'reschedule'
  END;
BEGIN
  IF action IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO booking_transitions (
    booking_id, booking_version, action, actor_id, actor_role, from_session_state, to_session_state, from_session_outcome, to_session_outcome,
    from_payment_state, to_payment_state, from_dispute_state, to_dispute_state, occurred_at
  ) VALUES (
    NEW.id, NEW.version, action, current_user_id(), actor, OLD.session_state, NEW.session_state, OLD.session_outcome, NEW.session_outcome,
    OLD.payment_state, NEW.payment_state, OLD.dispute_state, NEW.dispute_state, NEW.state_changed_at
  );
  IF action <> 'import' THEN
    INSERT INTO outbox_events (aggregate_type, aggregate_id, event_type, payload, occurred_at)
    VALUES ('booking', NEW.id, 'booking.' || action, jsonb_build_object(
      'booking_id', NEW.id, 'version', NEW.version, 'actor_role', actor, 'tutor_profile_id', NEW.tutor_profile_id, 'student_id', NEW.student_id,
      'session_state', NEW.session_state, 'session_outcome', NEW.session_outcome, 'payment_state', NEW.payment_state, 'dispute_state', NEW.dispute_state,
      'start_time', NEW.start_time, 'end_time', NEW.end_time
    ), NEW.state_changed_at);
  END IF;
  RETURN NULL;
END
$$;

ALTER FUNCTION log_booking() OWNER TO app_owner;
REVOKE ALL ON FUNCTION log_booking() FROM PUBLIC;
COMMENT ON FUNCTION log_booking() IS 'Trigger: writes booking_transitions and outbox_events for every change of a booking.';
