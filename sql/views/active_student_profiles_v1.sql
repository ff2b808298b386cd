-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_student_profiles WITH (security_invoker = true) AS
SELECT
  id, user_id, education_level, learning_style, goals, guardian_name, guardian_email, created_at, updated_at
FROM student_profiles
WHERE deleted_at IS NULL;

ALTER VIEW active_student_profiles OWNER TO app_owner;
GRANT SELECT ON active_student_profiles TO app_user, app_readonly;
COMMENT ON VIEW active_student_profiles IS 'Rows of student_profiles that are not soft-deleted.';
