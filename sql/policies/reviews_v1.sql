-- Visible ones everyone, hidden ones who wrote or received them; written by a procedure, hidden by administrators.
ALTER TABLE reviews OWNER TO app_owner;
ALTER TABLE reviews ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON reviews TO app_user, app_readonly;
GRANT UPDATE (is_visible) ON reviews TO app_user;

DROP POLICY IF EXISTS reviews_owner ON reviews;
CREATE POLICY reviews_owner ON reviews TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS reviews_select ON reviews;
CREATE POLICY reviews_select ON reviews FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND (is_visible OR student_id = (SELECT current_user_id()) OR tutor_profile_id = (SELECT current_tutor_profile_id())) OR (SELECT is_admin()));

DROP POLICY IF EXISTS reviews_update ON reviews;
CREATE POLICY reviews_update ON reviews FOR UPDATE TO app_user
  USING ((SELECT is_admin()))
  WITH CHECK ((SELECT is_admin()));
