/**
 * A second partial refund left the booking in PARTIALLY_REFUNDED: its version grew, but no transition and no event said so, and consumers
 * never heard of the money.
 */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/log_booking', 3);
  pgm.install('functions/record_refund', 3);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/record_refund', 3);
  pgm.uninstall('functions/log_booking', 3);
}
