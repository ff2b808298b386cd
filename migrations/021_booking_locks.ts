/** Locks in one order, versions and refusals, shared by every procedure. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/lock_slot', 1);
  pgm.install('functions/lock_booking', 1);
  pgm.install('functions/lock_booking_slot', 1);
  pgm.install('functions/check_version', 1);
  pgm.install('functions/refuse_transition', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/refuse_transition', 1);
  pgm.uninstall('functions/check_version', 1);
  pgm.uninstall('functions/lock_booking_slot', 1);
  pgm.uninstall('functions/lock_booking', 1);
  pgm.uninstall('functions/lock_slot', 1);
}
