-- Seen with the booking; written by a trigger.
ALTER TABLE booking_transitions OWNER TO app_owner;
ALTER TABLE booking_transitions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON booking_transitions TO app_user, app_readonly;

DROP POLICY IF EXISTS booking_transitions_owner ON booking_transitions;
CREATE POLICY booking_transitions_owner ON booking_transitions TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS booking_transitions_select ON booking_transitions;
CREATE POLICY booking_transitions_select ON booking_transitions FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM bookings b WHERE b.id = booking_transitions.booking_id));
