-- The last line: procedures ask nicely, this refuses whoever does not, the table's owner included.
CREATE OR REPLACE FUNCTION guard_booking() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NEW.session_state <> OLD.session_state AND NOT (CASE OLD.session_state
    WHEN 'REQUESTED' THEN NEW.session_state IN ('SCHEDULED', 'CANCELLED', 'EXPIRED')
    WHEN 'SCHEDULED' THEN NEW.session_state IN ('ACTIVE', 'CANCELLED')
      OR NEW.session_state = 'ENDED' AND NEW.session_outcome IN ('NO_SHOW_STUDENT', 'NO_SHOW_TUTOR')
    WHEN 'ACTIVE' THEN NEW.session_state = 'ENDED'
    ELSE false END)
  THEN
    RAISE EXCEPTION 'booking % cannot go from session % to %', OLD.id, OLD.session_state, NEW.session_state
      USING ERRCODE = 'BK001', TABLE = 'bookings', COLUMN = 'session_state';
  END IF;
  IF NEW.payment_state <> OLD.payment_state AND NOT (CASE OLD.payment_state
    WHEN 'PENDING' THEN NEW.payment_state IN ('AUTHORIZED', 'VOIDED')
    WHEN 'AUTHORIZED' THEN NEW.payment_state IN ('CAPTURED', 'VOIDED', 'REFUNDED')
    WHEN 'CAPTURED' THEN NEW.payment_state IN ('REFUNDED', 'PARTIALLY_REFUNDED')
    WHEN 'PARTIALLY_REFUNDED' THEN NEW.payment_state = 'REFUNDED'
    ELSE false END)
  THEN
    RAISE EXCEPTION 'booking % cannot go from payment % to %', OLD.id, OLD.payment_state, NEW.payment_state
      USING ERRCODE = 'BK001', TABLE = 'bookings', COLUMN = 'payment_state';
  END IF;
  IF NEW.dispute_state <> OLD.dispute_state AND NOT (CASE OLD.dispute_state
    WHEN 'NONE' THEN NEW.dispute_state = 'OPEN'
    WHEN 'OPEN' THEN NEW.dispute_state IN ('RESOLVED_UPHELD', 'RESOLVED_REFUNDED')
    ELSE false END)
  THEN
    RAISE EXCEPTION 'booking % cannot go from dispute % to %', OLD.id, OLD.dispute_state, NEW.dispute_state
      USING ERRCODE = 'BK001', TABLE = 'bookings', COLUMN = 'dispute_state';
  END IF;
  IF OLD.session_outcome IS NOT NULL AND NEW.session_outcome IS DISTINCT FROM OLD.session_outcome THEN
    RAISE EXCEPTION 'booking % keeps its outcome %: contest it with a dispute', OLD.id, OLD.session_outcome
      USING ERRCODE = 'BK001', TABLE = 'bookings', COLUMN = 'session_outcome';
  END IF;

  -- What was agreed stays agreed. Names may give way to a tombstone when a person is erased; subject and package never change.
  IF (NEW.id, NEW.tutor_profile_id, NEW.student_id, NEW.subject_id, NEW.package_id, NEW.subject_name, NEW.rate_cents, NEW.currency,
      NEW.platform_fee_pct, NEW.platform_fee_cents, NEW.tutor_earnings_cents, NEW.pricing_snapshot, NEW.created_at)
    IS DISTINCT FROM (OLD.id, OLD.tutor_profile_id, OLD.student_id, OLD.subject_id, OLD.package_id, OLD.subject_name, OLD.rate_cents, OLD.currency,
      OLD.platform_fee_pct, OLD.platform_fee_cents, OLD.tutor_earnings_cents, OLD.pricing_snapshot, OLD.created_at)
    OR NEW.tutor_name NOT IN (OLD.tutor_name, '[deleted]')
    OR NEW.student_name NOT IN (OLD.student_name, '[deleted]')
    OR OLD.credit_restored_at IS NOT NULL AND NEW.credit_restored_at IS DISTINCT FROM OLD.credit_restored_at
    OR (NEW.start_time, NEW.end_time) IS DISTINCT FROM (OLD.start_time, OLD.end_time)
      AND (OLD.session_state NOT IN ('REQUESTED', 'SCHEDULED') OR NEW.session_state <> OLD.session_state)
  THEN
    RAISE EXCEPTION 'booking % keeps what was frozen when it was made', OLD.id
      USING ERRCODE = 'BK001', TABLE = 'bookings',
        HINT = 'Parties, price and package never change; times change only while the booking is REQUESTED or SCHEDULED.';
  END IF;

  IF (NEW.session_state, NEW.payment_state, NEW.dispute_state, NEW.start_time, NEW.end_time)
      IS DISTINCT FROM (OLD.session_state, OLD.payment_state, OLD.dispute_state, OLD.start_time, OLD.end_time)
    AND NEW.state_changed_at = OLD.state_changed_at
  THEN
    NEW.state_changed_at := now();
  END IF;
  RETURN NEW;
END
$$;

ALTER FUNCTION guard_booking() OWNER TO app_owner;
REVOKE ALL ON FUNCTION guard_booking() FROM PUBLIC;
COMMENT ON FUNCTION guard_booking() IS 'Trigger: only the documented moves of the three state machines, and frozen snapshot columns. Raises BK001.';
