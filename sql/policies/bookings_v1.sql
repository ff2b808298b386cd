-- The two parties and administrators; only procedures write.
ALTER TABLE bookings OWNER TO app_owner;
ALTER TABLE bookings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON bookings TO app_user, app_readonly;

DROP POLICY IF EXISTS bookings_owner ON bookings;
CREATE POLICY bookings_owner ON bookings TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS bookings_select ON bookings;
CREATE POLICY bookings_select ON bookings FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND (student_id = (SELECT current_user_id()) OR tutor_profile_id = (SELECT current_tutor_profile_id())) OR (SELECT is_admin()));
