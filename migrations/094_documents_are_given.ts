/**
 * `{}` is none of the documents that the schemas of 093 describe: who forgot one got a row that its own type denies. Only procedures
 * and triggers write these columns, and they give them.
 */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.alterColumn('bookings', 'pricing_snapshot', { default: null });
  pgm.alterColumn('outbox_events', 'payload', { default: null });
}

export function down(pgm: MigrationBuilder): void {
  pgm.alterColumn('outbox_events', 'payload', { default: '{}' });
  pgm.alterColumn('bookings', 'pricing_snapshot', { default: '{}' });
}
