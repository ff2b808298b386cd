/** No change of a booking goes unrecorded: a trigger writes the transition and the outbox event. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/log_booking', 1);
  pgm.createTrigger('bookings', 'trg_bookings_log', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'log_booking',
  });
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTrigger('bookings', 'trg_bookings_log');
  pgm.uninstall('functions/log_booking', 1);
}
