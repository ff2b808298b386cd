-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_student_notes WITH (security_invoker = true) AS
SELECT
  id, tutor_profile_id, student_id, booking_id, content, is_private, created_at, updated_at
FROM student_notes
WHERE deleted_at IS NULL;

ALTER VIEW active_student_notes OWNER TO app_owner;
GRANT SELECT ON active_student_notes TO app_user, app_readonly;
COMMENT ON VIEW active_student_notes IS 'Rows of student_notes that are not soft-deleted.';
