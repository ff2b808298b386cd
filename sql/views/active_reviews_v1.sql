-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_reviews WITH (security_invoker = true) AS
SELECT
  id, booking_id, tutor_profile_id, student_id, rating, comment, tutor_response, responded_at, is_visible, created_at,
  updated_at
FROM reviews
WHERE deleted_at IS NULL;

ALTER VIEW active_reviews OWNER TO app_owner;
GRANT SELECT ON active_reviews TO app_user, app_readonly;
COMMENT ON VIEW active_reviews IS 'Rows of reviews that are not soft-deleted.';
