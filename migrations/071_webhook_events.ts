/** What providers sent, each once. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'webhook_events',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      provider: { type: 'varchar(30)', notNull: true, comment: 'Who sent it.' },
      event_id: {
        type: 'varchar(255)',
        notNull: true,
        comment: 'What the provider calls it: a second delivery is refused.',
      },
      event_type: { type: 'varchar(100)', notNull: true, comment: 'What happened.' },
      payload: { type: 'jsonb', notNull: true, comment: 'As it came, after personal data was taken out.' },
      processed_at: { type: 'timestamptz', comment: 'When it was dealt with; null while it waits.' },
      attempts: { type: 'smallint', notNull: true, default: 0, comment: 'How often it was tried.' },
      last_error: { type: 'text', comment: 'What went wrong last.' },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    { comment: 'Events that providers sent. @retention(90 days) @erasure(keep)' },
  );
  pgm.addConstraint('webhook_events', 'chk_webhook_events_attempts', { check: 'attempts >= 0' });
  pgm.addConstraint('webhook_events', 'uq_webhook_events_event', { unique: ['provider', 'event_id'] });
  pgm.createIndex('webhook_events', 'created_at', {
    name: 'idx_webhook_events_waiting',
    where: 'processed_at IS NULL',
  });
  pgm.install('policies/webhook_events', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('webhook_events');
}
