/** A student asks for a lesson. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/create_booking', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/create_booking', 1);
}
