/** What a change of a booking does to packages, payments and metrics, in the same transaction. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/person_name', 1);
  pgm.install('functions/use_credit', 1);
  pgm.install('functions/restore_credit', 1);
  pgm.install('functions/settle_payment', 1);
  pgm.install('functions/record_response', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/record_response', 1);
  pgm.uninstall('functions/settle_payment', 1);
  pgm.uninstall('functions/restore_credit', 1);
  pgm.uninstall('functions/use_credit', 1);
  pgm.uninstall('functions/person_name', 1);
}
