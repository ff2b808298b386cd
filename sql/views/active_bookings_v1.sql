-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_bookings WITH (security_invoker = true) AS
SELECT
  id, tutor_profile_id, student_id, subject_id, package_id, start_time, end_time, session_state, session_outcome,
  payment_state, dispute_state, state_changed_at, tutor_joined_at, student_joined_at, cancelled_by_role, cancelled_at,
  cancellation_reason, dispute_reason, disputed_at, disputed_by, resolved_at, resolved_by, resolution_notes, tutor_name,
  student_name, subject_name, rate_cents, currency, platform_fee_pct, platform_fee_cents, tutor_earnings_cents,
  pricing_snapshot, credit_restored_at, join_url, zoom_meeting_id, google_calendar_event_id, version, created_at, updated_at
FROM bookings
WHERE deleted_at IS NULL;

ALTER VIEW active_bookings OWNER TO app_owner;
GRANT SELECT ON active_bookings TO app_user, app_readonly;
COMMENT ON VIEW active_bookings IS 'Rows of bookings that are not soft-deleted.';
