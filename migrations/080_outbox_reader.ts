/** How a publisher reads the outbox: in order, none lost, some repeated after a crash. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/next_outbox_events', 1);
  pgm.install('functions/mark_outbox_published', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/mark_outbox_published', 1);
  pgm.uninstall('functions/next_outbox_events', 1);
}
