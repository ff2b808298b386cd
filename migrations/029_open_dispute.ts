/** Who contests an outcome, and until when. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/contest_booking', 1);
  pgm.install('functions/open_dispute', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/open_dispute', 1);
  pgm.uninstall('functions/contest_booking', 1);
}
