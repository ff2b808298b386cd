-- security_invoker: the policies of the table apply to who looks, as if the table were asked. Columns that nobody is granted to read stay out.
CREATE OR REPLACE VIEW active_users WITH (security_invoker = true) AS
SELECT
  id, email, role, is_active, is_verified, currency, timezone, last_active_at, created_at, updated_at
FROM users
WHERE deleted_at IS NULL;

ALTER VIEW active_users OWNER TO app_owner;
GRANT SELECT ON active_users TO app_user, app_readonly;
COMMENT ON VIEW active_users IS 'Rows of users that are not soft-deleted.';
