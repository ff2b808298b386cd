-- The student, and tutors with whom the student has a lesson; written by a procedure.
ALTER TABLE progress OWNER TO app_owner;
ALTER TABLE progress ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON progress TO app_user, app_readonly;

DROP POLICY IF EXISTS progress_owner ON progress;
CREATE POLICY progress_owner ON progress TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS progress_select ON progress;
CREATE POLICY progress_select ON progress FOR SELECT TO app_user, app_readonly
  USING (student_id = (SELECT current_user_id()) OR EXISTS (
    SELECT FROM bookings b WHERE b.student_id = progress.student_id AND b.tutor_profile_id = (SELECT current_tutor_profile_id())) OR (SELECT is_admin()));
