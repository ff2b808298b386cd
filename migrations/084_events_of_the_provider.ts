/** What a payment provider reports counts once, for one thing; captures and refunds lock wallets in one order. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/book_earnings', 2);
  pgm.install('functions/record_payment', 2);
  pgm.install('functions/record_refund', 2);
  pgm.install('functions/record_payout', 2);
  pgm.install('functions/submit_review', 2);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/submit_review', 2);
  pgm.uninstall('functions/record_payout', 2);
  pgm.uninstall('functions/record_refund', 2);
  pgm.uninstall('functions/record_payment', 2);
  pgm.uninstall('functions/book_earnings', 2);
}
