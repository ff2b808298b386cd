-- The parties of the lesson; each keeps what it brought.
ALTER TABLE session_materials OWNER TO app_owner;
ALTER TABLE session_materials ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON session_materials TO app_user, app_readonly;
GRANT INSERT (booking_id, uploaded_by, title, url, object_key, material_type) ON session_materials TO app_user;
GRANT UPDATE (title, url, object_key) ON session_materials TO app_user;

DROP POLICY IF EXISTS session_materials_owner ON session_materials;
CREATE POLICY session_materials_owner ON session_materials TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS session_materials_select ON session_materials;
CREATE POLICY session_materials_select ON session_materials FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND EXISTS (SELECT FROM bookings b WHERE b.id = session_materials.booking_id) OR (SELECT is_admin()));

DROP POLICY IF EXISTS session_materials_insert ON session_materials;
CREATE POLICY session_materials_insert ON session_materials FOR INSERT TO app_user
  WITH CHECK (uploaded_by = (SELECT current_user_id()) AND EXISTS (SELECT FROM bookings b WHERE b.id = session_materials.booking_id));

DROP POLICY IF EXISTS session_materials_update ON session_materials;
CREATE POLICY session_materials_update ON session_materials FOR UPDATE TO app_user
  USING (deleted_at IS NULL AND uploaded_by = (SELECT current_user_id()))
  WITH CHECK (deleted_at IS NULL AND uploaded_by = (SELECT current_user_id()));
