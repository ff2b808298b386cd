/** When a tutor can be booked, right on the days when clocks change. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/is_tutor_available', 1);
  pgm.install('functions/available_slots', 1);
  pgm.install('functions/check_slot', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropFunction('check_slot', ['integer', 'integer', 'timestamptz', 'timestamptz', 'timestamptz', 'integer']);
  pgm.dropFunction('available_slots', ['integer', 'timestamptz', 'timestamptz', 'interval']);
  pgm.dropFunction('is_tutor_available', ['integer', 'timestamptz', 'timestamptz']);
}
