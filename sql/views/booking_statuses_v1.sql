-- Readers from before the four fields know one word for everything. Disputes had no word then; a refund outweighed them.
CREATE OR REPLACE VIEW booking_statuses WITH (security_invoker = true) AS
SELECT
  id AS booking_id,
  CASE
    WHEN session_state = 'REQUESTED' THEN 'PENDING'
    WHEN session_state IN ('SCHEDULED', 'ACTIVE') THEN 'CONFIRMED'
    WHEN session_state = 'CANCELLED' THEN CASE cancelled_by_role WHEN 'TUTOR' THEN 'CANCELLED_BY_TUTOR' ELSE 'CANCELLED_BY_STUDENT' END
    WHEN session_state = 'EXPIRED' THEN 'EXPIRED'
    WHEN session_outcome IN ('NO_SHOW_STUDENT', 'NO_SHOW_TUTOR') THEN session_outcome
    WHEN payment_state = 'REFUNDED' THEN 'REFUNDED'
    ELSE 'COMPLETED'
  END AS status,
  updated_at
FROM bookings
WHERE deleted_at IS NULL;

ALTER VIEW booking_statuses OWNER TO app_owner;
GRANT SELECT ON booking_statuses TO app_user, app_readonly;
COMMENT ON VIEW booking_statuses IS 'The single status of old, for legacy readers.';
