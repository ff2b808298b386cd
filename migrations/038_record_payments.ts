/** What the payment provider reports, each event once. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/record_payment', 1);
  pgm.install('functions/refund_payment', 1);
  pgm.install('functions/record_refund', 1);
  pgm.install('functions/record_payout', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/record_payout', 1);
  pgm.uninstall('functions/record_refund', 1);
  pgm.uninstall('functions/refund_payment', 1);
  pgm.uninstall('functions/record_payment', 1);
}
