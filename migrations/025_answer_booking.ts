/** The tutor accepts or declines. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/accept_booking', 1);
  pgm.install('functions/decline_booking', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropFunction('decline_booking', ['integer', 'text', 'integer', 'timestamptz']);
  pgm.dropFunction('accept_booking', ['integer', 'integer', 'timestamptz']);
}
