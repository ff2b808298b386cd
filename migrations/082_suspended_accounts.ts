/** An account that may not act is nobody, and its tutor profile is not found, shown, booked or written to. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.addColumn('tutor_profiles', {
    is_account_active: {
      type: 'boolean',
      notNull: true,
      default: true,
      comment: 'Whether the account may act: neither suspended nor deleted; kept by trigger.',
    },
  });
  pgm.sql(`
    UPDATE tutor_profiles t SET is_account_active = false FROM users u WHERE u.id = t.user_id AND NOT (u.is_active AND u.deleted_at IS NULL)
  `);
  pgm.install('functions/set_account_active', 1);
  pgm.install('functions/follow_account', 1);
  pgm.sql(`
    CREATE TRIGGER trg_tutor_profiles_account_active BEFORE INSERT OR UPDATE OF user_id, is_account_active ON tutor_profiles
      FOR EACH ROW EXECUTE FUNCTION set_account_active();
    CREATE TRIGGER trg_users_follow_account AFTER UPDATE OF is_active, deleted_at ON users
      FOR EACH ROW WHEN ((OLD.is_active AND OLD.deleted_at IS NULL) IS DISTINCT FROM (NEW.is_active AND NEW.deleted_at IS NULL))
      EXECUTE FUNCTION follow_account();
  `);
  pgm.install('functions/is_system', 2);
  pgm.install('functions/current_user_id', 2);
  pgm.install('functions/current_user_role', 2);
  pgm.install('functions/current_tutor_profile_id', 2);
  pgm.install('functions/is_tutor_available', 2);
  pgm.install('functions/available_slots', 2);
  pgm.install('functions/search_tutors', 2);
  pgm.sql(`
    GRANT SELECT (is_account_active) ON tutor_profiles TO app_user, app_readonly;
    ALTER POLICY tutor_profiles_select ON tutor_profiles
      USING (deleted_at IS NULL AND (is_approved AND is_account_active OR user_id = (SELECT current_user_id())) OR (SELECT is_admin()));
    ALTER POLICY favorite_tutors_insert ON favorite_tutors
      WITH CHECK (student_id = (SELECT current_user_id()) AND EXISTS (SELECT FROM tutor_profiles t WHERE t.id = favorite_tutors.tutor_profile_id) OR (SELECT is_admin()));
    ALTER POLICY booking_waitlist_insert ON booking_waitlist
      WITH CHECK (student_id = (SELECT current_user_id()) AND status = 'WAITING'
        AND EXISTS (SELECT FROM tutor_profiles t WHERE t.id = booking_waitlist.tutor_profile_id AND t.is_approved));
    ALTER POLICY conversations_insert ON conversations
      WITH CHECK (student_id = (SELECT current_user_id()) AND EXISTS (SELECT FROM tutor_profiles t WHERE t.user_id = conversations.tutor_user_id)
        OR tutor_user_id = (SELECT current_user_id()));
  `);
}

export function down(pgm: MigrationBuilder): void {
  pgm.sql(`
    ALTER POLICY conversations_insert ON conversations
      WITH CHECK (student_id = (SELECT current_user_id()) OR tutor_user_id = (SELECT current_user_id()));
    ALTER POLICY booking_waitlist_insert ON booking_waitlist
      WITH CHECK (student_id = (SELECT current_user_id()) AND status = 'WAITING');
    ALTER POLICY favorite_tutors_insert ON favorite_tutors
      WITH CHECK (student_id = (SELECT current_user_id()) OR (SELECT is_admin()));
    ALTER POLICY tutor_profiles_select ON tutor_profiles
      USING (deleted_at IS NULL AND (is_approved OR user_id = (SELECT current_user_id())) OR (SELECT is_admin()));
  `);
  pgm.uninstall('functions/search_tutors', 2);
  pgm.uninstall('functions/available_slots', 2);
  pgm.uninstall('functions/is_tutor_available', 2);
  pgm.uninstall('functions/current_tutor_profile_id', 2);
  pgm.uninstall('functions/current_user_role', 2);
  pgm.uninstall('functions/current_user_id', 2);
  pgm.uninstall('functions/is_system', 2);
  pgm.dropTrigger('users', 'trg_users_follow_account');
  pgm.dropTrigger('tutor_profiles', 'trg_tutor_profiles_account_active');
  pgm.uninstall('functions/follow_account', 1);
  pgm.uninstall('functions/set_account_active', 1);
  pgm.dropColumns('tutor_profiles', 'is_account_active');
}
