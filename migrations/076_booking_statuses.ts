/** The single status of old, for readers that do not know the four fields yet. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('views/booking_statuses', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('views/booking_statuses', 1);
}
