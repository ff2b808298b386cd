/** An administrator decides. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/resolve_dispute', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/resolve_dispute', 1);
}
