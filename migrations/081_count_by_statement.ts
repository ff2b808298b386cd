/** Ratings and counters follow each statement, not each row: loading a thousand reviews counts a tutor's once. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.dropTrigger('bookings', 'trg_bookings_count_session');
  pgm.dropTrigger('reviews', 'trg_reviews_count');
  pgm.install('functions/count_session', 2);
  pgm.install('functions/count_review', 2);
  pgm.sql(`
    CREATE TRIGGER trg_bookings_count_session_insert AFTER INSERT ON bookings REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION count_session();
    CREATE TRIGGER trg_bookings_count_session_update AFTER UPDATE ON bookings REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION count_session();
    CREATE TRIGGER trg_reviews_count_insert AFTER INSERT ON reviews REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION count_review();
    CREATE TRIGGER trg_reviews_count_update AFTER UPDATE ON reviews REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION count_review();
    CREATE TRIGGER trg_reviews_count_delete AFTER DELETE ON reviews REFERENCING OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION count_review();
  `);
}

export function down(pgm: MigrationBuilder): void {
  for (const event of ['delete', 'update', 'insert']) pgm.dropTrigger('reviews', `trg_reviews_count_${event}`);
  for (const event of ['update', 'insert']) pgm.dropTrigger('bookings', `trg_bookings_count_session_${event}`);
  pgm.uninstall('functions/count_review', 2);
  pgm.uninstall('functions/count_session', 2);
  pgm.createTrigger('reviews', 'trg_reviews_count', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'count_review',
  });
  pgm.createTrigger('bookings', 'trg_bookings_count_session', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'count_session',
  });
}
