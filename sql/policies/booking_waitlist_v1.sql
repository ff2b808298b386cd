-- The student, and administrators.
ALTER TABLE booking_waitlist OWNER TO app_owner;
ALTER TABLE booking_waitlist ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON booking_waitlist TO app_user, app_readonly;
GRANT INSERT (tutor_profile_id, student_id, start_time, end_time), DELETE ON booking_waitlist TO app_user;

DROP POLICY IF EXISTS booking_waitlist_owner ON booking_waitlist;
CREATE POLICY booking_waitlist_owner ON booking_waitlist TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS booking_waitlist_select ON booking_waitlist;
CREATE POLICY booking_waitlist_select ON booking_waitlist FOR SELECT TO app_user, app_readonly
  USING (student_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS booking_waitlist_insert ON booking_waitlist;
CREATE POLICY booking_waitlist_insert ON booking_waitlist FOR INSERT TO app_user
  WITH CHECK (student_id = (SELECT current_user_id()) AND status = 'WAITING');

DROP POLICY IF EXISTS booking_waitlist_delete ON booking_waitlist;
CREATE POLICY booking_waitlist_delete ON booking_waitlist FOR DELETE TO app_user
  USING (student_id = (SELECT current_user_id()) OR (SELECT is_admin()));
