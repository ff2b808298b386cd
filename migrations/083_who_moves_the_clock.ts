/** Applications get the time of the transaction; only jobs and tests say another one. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/check_clock', 1);
  pgm.install('functions/create_booking', 3);
  pgm.install('functions/accept_booking', 2);
  pgm.install('functions/decline_booking', 2);
  pgm.install('functions/cancel_booking', 2);
  pgm.install('functions/reschedule_booking', 2);
  pgm.install('functions/end_session', 2);
  pgm.install('functions/mark_no_show', 2);
  pgm.install('functions/open_dispute', 2);
  pgm.install('functions/resolve_dispute', 2);
  pgm.install('functions/log_lesson', 2);
  pgm.install('functions/soft_delete_row', 2);
  pgm.install('functions/expire_bookings', 2);
  pgm.install('functions/start_sessions', 2);
  pgm.install('functions/mark_outbox_published', 2);
  pgm.install('functions/create_month_partitions', 2);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/create_month_partitions', 2);
  pgm.uninstall('functions/mark_outbox_published', 2);
  pgm.uninstall('functions/start_sessions', 2);
  pgm.uninstall('functions/expire_bookings', 2);
  pgm.uninstall('functions/soft_delete_row', 2);
  pgm.uninstall('functions/log_lesson', 2);
  pgm.uninstall('functions/resolve_dispute', 2);
  pgm.uninstall('functions/open_dispute', 2);
  pgm.uninstall('functions/mark_no_show', 2);
  pgm.uninstall('functions/end_session', 2);
  pgm.uninstall('functions/reschedule_booking', 2);
  pgm.uninstall('functions/cancel_booking', 2);
  pgm.uninstall('functions/decline_booking', 2);
  pgm.uninstall('functions/accept_booking', 2);
  pgm.uninstall('functions/create_booking', 3);
  pgm.uninstall('functions/check_clock', 1);
}
