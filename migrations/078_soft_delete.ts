/** Deleting without losing, and the way back. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/require_soft_delete', 1);
  pgm.install('functions/may_delete_row', 1);
  pgm.install('functions/soft_delete_row', 1);
  pgm.install('functions/restore_row', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/restore_row', 1);
  pgm.uninstall('functions/soft_delete_row', 1);
  pgm.uninstall('functions/may_delete_row', 1);
  pgm.uninstall('functions/require_soft_delete', 1);
}
