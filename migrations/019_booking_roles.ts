/** In which capacity somebody acts on a booking: the question every procedure asks first. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/booking_role', 1);
  pgm.install('functions/require_booking_role', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/require_booking_role', 1);
  pgm.uninstall('functions/booking_role', 1);
}
