-- The student and the tutor concerned; only procedures write: a credit is money.
ALTER TABLE student_packages OWNER TO app_owner;
ALTER TABLE student_packages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON student_packages TO app_user, app_readonly;

DROP POLICY IF EXISTS student_packages_owner ON student_packages;
CREATE POLICY student_packages_owner ON student_packages TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS student_packages_select ON student_packages;
CREATE POLICY student_packages_select ON student_packages FOR SELECT TO app_user, app_readonly
  USING (student_id = (SELECT current_user_id()) OR tutor_profile_id = (SELECT current_tutor_profile_id()) OR (SELECT is_admin()));
