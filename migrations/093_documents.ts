/** The shape of what JSON columns hold, for row types and seeds: comments that name a JSON Schema. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    COMMENT ON COLUMN bookings.pricing_snapshot IS
      'Everything the price was computed from, frozen at booking time. @schema(sql/schemas/pricing_snapshot.schema.json)';
    COMMENT ON COLUMN outbox_events.payload IS 'Ids and states; never personal data. @schema(sql/schemas/outbox_payload.schema.json)';
  `);
}

export function down(pgm: MigrationBuilder): void {
  pgm.sql(`
    COMMENT ON COLUMN outbox_events.payload IS 'Ids and states; never personal data.';
    COMMENT ON COLUMN bookings.pricing_snapshot IS 'Everything the price was computed from, frozen at booking time.';
  `);
}
