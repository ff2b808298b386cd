/** A lesson is booked in a subject its tutor teaches, at a price in the minor units of its currency. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/create_booking', 2);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/create_booking', 2);
}
