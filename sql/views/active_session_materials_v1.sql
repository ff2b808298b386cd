-- security_invoker: the policies of the table apply to who looks, as if the table were asked.
CREATE OR REPLACE VIEW active_session_materials WITH (security_invoker = true) AS
SELECT
  id, booking_id, uploaded_by, title, url, object_key, material_type, created_at, updated_at
FROM session_materials
WHERE deleted_at IS NULL;

ALTER VIEW active_session_materials OWNER TO app_owner;
GRANT SELECT ON active_session_materials TO app_user, app_readonly;
COMMENT ON VIEW active_session_materials IS 'Rows of session_materials that are not soft-deleted.';
