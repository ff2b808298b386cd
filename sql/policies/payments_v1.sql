-- Seen with the booking; written by procedures.
ALTER TABLE payments OWNER TO app_owner;
ALTER TABLE payments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON payments TO app_user, app_readonly;

DROP POLICY IF EXISTS payments_owner ON payments;
CREATE POLICY payments_owner ON payments TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS payments_select ON payments;
CREATE POLICY payments_select ON payments FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM bookings b WHERE b.id = payments.booking_id));
