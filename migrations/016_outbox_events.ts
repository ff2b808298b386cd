/** What other systems must hear of, written in the transaction that made it true; read in commit order, dropped by the month. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'outbox_events',
    {
      id: {
        type: 'bigint',
        notNull: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Order within a transaction.',
      },
      xid: {
        type: 'xid8',
        notNull: true,
        default: pgm.func('pg_current_xact_id()'),
        comment:
          'The writing transaction: a reader takes only those below pg_snapshot_xmin, or it would lose slow ones.',
      },
      aggregate_type: { type: 'varchar(50)', notNull: true, comment: 'Kind of thing: booking.' },
      aggregate_id: { type: 'bigint', notNull: true, comment: 'Which one.' },
      event_type: { type: 'varchar(100)', notNull: true, comment: 'What happened: booking.accept.' },
      payload: { type: 'jsonb', notNull: true, default: '{}', comment: 'Ids and states; never personal data.' },
      occurred_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When, by the clock the procedure was given.',
      },
      published_at: { type: 'timestamptz', comment: 'When it was handed on; null while it waits.' },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    {
      constraints: { primaryKey: ['id', 'created_at'] },
      partition: { strategy: 'RANGE', columns: 'created_at' },
      comment:
        'Events for other systems, written with the change they tell of; read in commit order. @retention(30 days) @erasure(keep)',
    },
  );
  pgm.addConstraint('outbox_events', 'chk_outbox_events_type', { check: "event_type ~ '^[a-z_]+\\.[a-z_]+$'" });
  pgm.createIndex('outbox_events', ['xid', 'id'], {
    name: 'idx_outbox_events_unpublished',
    where: 'published_at IS NULL',
  });
  pgm.createIndex('outbox_events', ['aggregate_type', 'aggregate_id', 'id'], { name: 'idx_outbox_events_aggregate' });
  pgm.install('functions/create_month_partitions', 1);
  pgm.install('policies/outbox_events', 1);
  pgm.sql(`SELECT create_month_partitions('outbox_events', 0)`);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('outbox_events');
  pgm.uninstall('functions/create_month_partitions', 1);
}
