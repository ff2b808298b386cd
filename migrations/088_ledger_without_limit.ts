/** Keeping the wallets of a large load takes as long as the load: its plan expected to stop early, and never does. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/keep_wallet', 3);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/keep_wallet', 3);
}
