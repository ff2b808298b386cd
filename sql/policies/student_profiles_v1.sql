-- The student, the tutors with whom the student has a booking, administrators.
ALTER TABLE student_profiles OWNER TO app_owner;
ALTER TABLE student_profiles ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON student_profiles TO app_user, app_readonly;
GRANT INSERT (user_id, education_level, learning_style, goals, guardian_name, guardian_email) ON student_profiles TO app_user;
GRANT UPDATE (education_level, learning_style, goals, guardian_name, guardian_email) ON student_profiles TO app_user;

DROP POLICY IF EXISTS student_profiles_owner ON student_profiles;
CREATE POLICY student_profiles_owner ON student_profiles TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS student_profiles_select ON student_profiles;
CREATE POLICY student_profiles_select ON student_profiles FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND user_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS student_profiles_insert ON student_profiles;
CREATE POLICY student_profiles_insert ON student_profiles FOR INSERT TO app_user
  WITH CHECK (user_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS student_profiles_update ON student_profiles;
CREATE POLICY student_profiles_update ON student_profiles FOR UPDATE TO app_user
  USING (deleted_at IS NULL AND user_id = (SELECT current_user_id()) OR (SELECT is_admin()))
  WITH CHECK (deleted_at IS NULL AND user_id = (SELECT current_user_id()) OR (SELECT is_admin()));
