/** A capture earns, a refund gives back: the ledger follows the lesson. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/book_earnings', 1);
  pgm.install('functions/book_refund', 1);
  pgm.install('functions/settle_payment', 2);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/settle_payment', 2);
  pgm.uninstall('functions/book_refund', 1);
  pgm.uninstall('functions/book_earnings', 1);
}
