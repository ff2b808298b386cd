/** How a lesson ends, and what each outcome does to money and credit. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/finish_booking', 1);
  pgm.install('functions/end_session', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/end_session', 1);
  pgm.uninstall('functions/finish_booking', 1);
}
