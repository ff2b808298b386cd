-- The author; the student reads those that are not private.
ALTER TABLE student_notes OWNER TO app_owner;
ALTER TABLE student_notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON student_notes TO app_user, app_readonly;
GRANT INSERT (tutor_profile_id, student_id, booking_id, content, is_private) ON student_notes TO app_user;
GRANT UPDATE (content, is_private) ON student_notes TO app_user;

DROP POLICY IF EXISTS student_notes_owner ON student_notes;
CREATE POLICY student_notes_owner ON student_notes TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS student_notes_select ON student_notes;
CREATE POLICY student_notes_select ON student_notes FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND (tutor_profile_id = (SELECT current_tutor_profile_id()) OR NOT is_private AND student_id = (SELECT current_user_id())) OR (SELECT is_admin()));

DROP POLICY IF EXISTS student_notes_insert ON student_notes;
CREATE POLICY student_notes_insert ON student_notes FOR INSERT TO app_user
  WITH CHECK (tutor_profile_id = (SELECT current_tutor_profile_id()) AND EXISTS (SELECT FROM bookings b WHERE b.student_id = student_notes.student_id AND b.tutor_profile_id = student_notes.tutor_profile_id));

DROP POLICY IF EXISTS student_notes_update ON student_notes;
CREATE POLICY student_notes_update ON student_notes FOR UPDATE TO app_user
  USING (deleted_at IS NULL AND tutor_profile_id = (SELECT current_tutor_profile_id()))
  WITH CHECK (deleted_at IS NULL AND tutor_profile_id = (SELECT current_tutor_profile_id()));
