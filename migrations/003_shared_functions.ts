/** What every table relies on: the triggers that keep updated_at and version, and the identity of the session. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/set_updated_at', 1);
  pgm.install('functions/bump_version', 1);
  pgm.install('functions/refuse_change', 1);
  pgm.install('functions/current_user_id', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/current_user_id', 1);
  pgm.uninstall('functions/refuse_change', 1);
  pgm.uninstall('functions/bump_version', 1);
  pgm.uninstall('functions/set_updated_at', 1);
}
