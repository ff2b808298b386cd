-- The student and the tutor; written by a procedure.
ALTER TABLE lessons OWNER TO app_owner;
ALTER TABLE lessons ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON lessons TO app_user, app_readonly;

DROP POLICY IF EXISTS lessons_owner ON lessons;
CREATE POLICY lessons_owner ON lessons TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS lessons_select ON lessons;
CREATE POLICY lessons_select ON lessons FOR SELECT TO app_user, app_readonly
  USING (student_id = (SELECT current_user_id()) OR tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
