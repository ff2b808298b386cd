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
  pgm.dropFunction('record_response', ['bookings', 'text', 'timestamptz']);
  pgm.dropFunction('settle_payment', ['bookings', 'timestamptz']);
  pgm.dropFunction('restore_credit', ['bookings']);
  pgm.dropFunction('use_credit', ['integer', 'integer', 'integer', 'integer', 'timestamptz']);
  pgm.dropFunction('person_name', ['integer']);
}
