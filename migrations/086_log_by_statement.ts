/** The log of bookings and the watch over tutors cost what they tell: once per statement, and nothing for counters. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.dropTrigger('bookings', 'trg_bookings_log');
  pgm.install('functions/log_booking', 2);
  pgm.sql(`
    CREATE TRIGGER trg_bookings_log_insert AFTER INSERT ON bookings REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION log_booking();
    CREATE TRIGGER trg_bookings_log_update AFTER UPDATE ON bookings REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION log_booking();
  `);
  pgm.install('functions/audit_row', 2);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/audit_row', 2);
  for (const event of ['update', 'insert']) pgm.dropTrigger('bookings', `trg_bookings_log_${event}`);
  pgm.uninstall('functions/log_booking', 2);
  pgm.createTrigger('bookings', 'trg_bookings_log', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'log_booking',
  });
}
