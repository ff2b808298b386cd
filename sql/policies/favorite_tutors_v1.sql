-- Only the person and administrators.
ALTER TABLE favorite_tutors OWNER TO app_owner;
ALTER TABLE favorite_tutors ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON favorite_tutors TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON favorite_tutors TO app_user;

DROP POLICY IF EXISTS favorite_tutors_owner ON favorite_tutors;
CREATE POLICY favorite_tutors_owner ON favorite_tutors TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS favorite_tutors_select ON favorite_tutors;
CREATE POLICY favorite_tutors_select ON favorite_tutors FOR SELECT TO app_user, app_readonly
  USING (student_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS favorite_tutors_insert ON favorite_tutors;
CREATE POLICY favorite_tutors_insert ON favorite_tutors FOR INSERT TO app_user
  WITH CHECK (student_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS favorite_tutors_update ON favorite_tutors;
CREATE POLICY favorite_tutors_update ON favorite_tutors FOR UPDATE TO app_user
  USING (student_id = (SELECT current_user_id()) OR (SELECT is_admin()))
  WITH CHECK (student_id = (SELECT current_user_id()) OR (SELECT is_admin()));

DROP POLICY IF EXISTS favorite_tutors_delete ON favorite_tutors;
CREATE POLICY favorite_tutors_delete ON favorite_tutors FOR DELETE TO app_user
  USING (student_id = (SELECT current_user_id()) OR (SELECT is_admin()));
