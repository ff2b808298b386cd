/** When a tutor can be booked, right on the days when clocks change. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/is_tutor_available', 1);
  pgm.install('functions/available_slots', 1);
  pgm.install('functions/check_slot', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/check_slot', 1);
  pgm.uninstall('functions/available_slots', 1);
  pgm.uninstall('functions/is_tutor_available', 1);
}
