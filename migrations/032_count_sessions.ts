/** How many lessons a tutor has held, kept true by trigger. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/count_session', 1);
  pgm.createTrigger('bookings', 'trg_bookings_count_session', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'count_session',
  });
  // strata-lint-ignore index-concurrently: written before the first release, when no booking was there
  pgm.createIndex('bookings', 'tutor_profile_id', {
    name: 'idx_bookings_completed',
    where: "session_outcome = 'COMPLETED' AND deleted_at IS NULL",
  });
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropIndex('bookings', 'tutor_profile_id', { name: 'idx_bookings_completed' });
  pgm.dropTrigger('bookings', 'trg_bookings_count_session');
  pgm.uninstall('functions/count_session', 1);
}
