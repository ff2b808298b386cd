-- security_invoker: the policies of the table apply to who looks, as if the table were asked. Columns that nobody is granted to read stay out.
CREATE OR REPLACE VIEW active_tutor_profiles WITH (security_invoker = true) AS
SELECT
  id, user_id, title, headline, bio, teaching_philosophy, hourly_rate, currency, is_approved, profile_status, average_rating,
  total_reviews, total_sessions, badges, search_vector, created_at, updated_at
FROM tutor_profiles
WHERE deleted_at IS NULL;

ALTER VIEW active_tutor_profiles OWNER TO app_owner;
GRANT SELECT ON active_tutor_profiles TO app_user, app_readonly;
COMMENT ON VIEW active_tutor_profiles IS 'Rows of tutor_profiles that are not soft-deleted.';
