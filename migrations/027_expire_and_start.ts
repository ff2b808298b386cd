/** What the platform does by the clock: requests expire, lessons begin. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/require_system', 1);
  pgm.install('functions/expire_bookings', 1);
  pgm.install('functions/start_sessions', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/start_sessions', 1);
  pgm.uninstall('functions/expire_bookings', 1);
  pgm.uninstall('functions/require_system', 1);
}
