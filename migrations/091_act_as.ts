/**
 * Who asks is looked up once a transaction, not in every statement: up to three look-ups by key were several times the work of a query by key.
 * Procedures that write bookings and money still look at the account itself, so that who was suspended meanwhile moves nothing.
 */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/active_user_id', 1);
  pgm.install('functions/active_user_role', 1);
  pgm.install('functions/active_tutor_profile_id', 1);
  pgm.install('functions/current_user_id', 3);
  pgm.install('functions/current_user_role', 3);
  pgm.install('functions/current_tutor_profile_id', 3);
  pgm.install('functions/act_as', 1);
  pgm.install('functions/booking_role', 2);
  pgm.install('functions/require_booking_role', 2);
  pgm.install('functions/create_booking', 4);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/create_booking', 4);
  pgm.uninstall('functions/require_booking_role', 2);
  pgm.uninstall('functions/booking_role', 2);
  pgm.uninstall('functions/act_as', 1);
  pgm.uninstall('functions/current_tutor_profile_id', 3);
  pgm.uninstall('functions/current_user_role', 3);
  pgm.uninstall('functions/current_user_id', 3);
  pgm.uninstall('functions/active_tutor_profile_id', 1);
  pgm.uninstall('functions/active_user_role', 1);
  pgm.uninstall('functions/active_user_id', 1);
}
