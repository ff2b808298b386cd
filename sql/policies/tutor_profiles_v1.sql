-- Everyone sees approved tutors, but never the payout account or why a review said no: those columns are not granted, the tutor
-- reads them through my_tutor_account().
ALTER TABLE tutor_profiles OWNER TO app_owner;
ALTER TABLE tutor_profiles ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT (id, user_id, title, headline, bio, teaching_philosophy, hourly_rate, currency, is_approved, profile_status, average_rating, total_reviews,
  total_sessions, badges, search_vector, deleted_at, deleted_by, created_at, updated_at) ON tutor_profiles TO app_user, app_readonly;
GRANT INSERT (user_id, title, headline, bio, teaching_philosophy, hourly_rate, currency, profile_status) ON tutor_profiles TO app_user;
GRANT UPDATE (title, headline, bio, teaching_philosophy, hourly_rate, currency, is_approved, profile_status, rejected_reason, badges) ON tutor_profiles TO app_user;

DROP POLICY IF EXISTS tutor_profiles_owner ON tutor_profiles;
CREATE POLICY tutor_profiles_owner ON tutor_profiles TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS tutor_profiles_select ON tutor_profiles;
CREATE POLICY tutor_profiles_select ON tutor_profiles FOR SELECT TO app_user, app_readonly
  USING (deleted_at IS NULL AND (is_approved OR user_id = (SELECT current_user_id())) OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_profiles_insert ON tutor_profiles;
CREATE POLICY tutor_profiles_insert ON tutor_profiles FOR INSERT TO app_user
  WITH CHECK (user_id = (SELECT current_user_id()) AND (SELECT current_user_role()) = 'tutor' OR (SELECT is_admin()));

DROP POLICY IF EXISTS tutor_profiles_update ON tutor_profiles;
CREATE POLICY tutor_profiles_update ON tutor_profiles FOR UPDATE TO app_user
  USING (deleted_at IS NULL AND user_id = (SELECT current_user_id()) OR (SELECT is_admin()))
  WITH CHECK (deleted_at IS NULL AND user_id = (SELECT current_user_id()) OR (SELECT is_admin()));
