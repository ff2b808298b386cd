/** Either side, or an administrator, calls a lesson off. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/cancel_booking', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/cancel_booking', 1);
}
