/** What is not deleted, one view a table that deletes softly. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('views/active_users', 1);
  pgm.install('views/active_user_profiles', 1);
  pgm.install('views/active_student_profiles', 1);
  pgm.install('views/active_tutor_profiles', 1);
  pgm.install('views/active_bookings', 1);
  pgm.install('views/active_reviews', 1);
  pgm.install('views/active_messages', 1);
  pgm.install('views/active_message_attachments', 1);
  pgm.install('views/active_conversations', 1);
  pgm.install('views/active_student_notes', 1);
  pgm.install('views/active_stored_files', 1);
  pgm.install('views/active_session_materials', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('views/active_session_materials', 1);
  pgm.uninstall('views/active_stored_files', 1);
  pgm.uninstall('views/active_student_notes', 1);
  pgm.uninstall('views/active_conversations', 1);
  pgm.uninstall('views/active_message_attachments', 1);
  pgm.uninstall('views/active_messages', 1);
  pgm.uninstall('views/active_reviews', 1);
  pgm.uninstall('views/active_bookings', 1);
  pgm.uninstall('views/active_tutor_profiles', 1);
  pgm.uninstall('views/active_student_profiles', 1);
  pgm.uninstall('views/active_user_profiles', 1);
  pgm.uninstall('views/active_users', 1);
}
