/** One side did not come. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/mark_no_show', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/mark_no_show', 1);
}
