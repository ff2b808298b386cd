/** A lesson moves to another time. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/reschedule_booking', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/reschedule_booking', 1);
}
