-- The student, and tutors with whom the student has a lesson; the student keeps them.
ALTER TABLE learning_goals OWNER TO app_owner;
ALTER TABLE learning_goals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON learning_goals TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON learning_goals TO app_user;

DROP POLICY IF EXISTS learning_goals_owner ON learning_goals;
CREATE POLICY learning_goals_owner ON learning_goals TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS learning_goals_select ON learning_goals;
CREATE POLICY learning_goals_select ON learning_goals FOR SELECT TO app_user, app_readonly
  USING (student_id = (SELECT current_user_id()) OR EXISTS (
    SELECT FROM bookings b WHERE b.student_id = learning_goals.student_id AND b.tutor_profile_id = (SELECT current_tutor_profile_id())) OR (SELECT is_admin()));

DROP POLICY IF EXISTS learning_goals_insert ON learning_goals;
CREATE POLICY learning_goals_insert ON learning_goals FOR INSERT TO app_user
  WITH CHECK (student_id = (SELECT current_user_id()));

DROP POLICY IF EXISTS learning_goals_update ON learning_goals;
CREATE POLICY learning_goals_update ON learning_goals FOR UPDATE TO app_user
  USING (student_id = (SELECT current_user_id()))
  WITH CHECK (student_id = (SELECT current_user_id()));

DROP POLICY IF EXISTS learning_goals_delete ON learning_goals;
CREATE POLICY learning_goals_delete ON learning_goals FOR DELETE TO app_user
  USING (student_id = (SELECT current_user_id()));
