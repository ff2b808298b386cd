/** The tutor accepts or declines. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/accept_booking', 1);
  pgm.install('functions/decline_booking', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/decline_booking', 1);
  pgm.uninstall('functions/accept_booking', 1);
}
