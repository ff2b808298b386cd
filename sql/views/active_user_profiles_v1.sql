-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_user_profiles WITH (security_invoker = true) AS
SELECT
  id, user_id, first_name, last_name, phone, avatar_key, bio, country_code, city, address, created_at, updated_at
FROM user_profiles
WHERE deleted_at IS NULL;

ALTER VIEW active_user_profiles OWNER TO app_owner;
GRANT SELECT ON active_user_profiles TO app_user, app_readonly;
COMMENT ON VIEW active_user_profiles IS 'Rows of user_profiles that are not soft-deleted.';
