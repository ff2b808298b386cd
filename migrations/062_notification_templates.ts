/** Wordings of notifications. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'notification_templates',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      code: { type: 'varchar(50)', notNull: true, comment: 'What happened: booking_accepted.' },
      language_code: {
        type: 'varchar(5)',
        notNull: true,
        references: 'supported_languages',
        referencesConstraintName: 'fk_notification_templates_language_code',
        onDelete: 'RESTRICT',
        comment: 'In which language.',
      },
      channel: { type: 'varchar(10)', notNull: true, comment: 'By which way.' },
      subject: { type: 'varchar(200)', notNull: true, comment: 'First line, with {{placeholders}}.' },
      body: { type: 'text', notNull: true, comment: 'Text, with {{placeholders}}.' },
      is_active: { type: 'boolean', notNull: true, default: true, comment: 'In use.' },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
      updated_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row last changed; kept by trigger.',
      },
    },
    { comment: 'Reference: wordings of notifications.' },
  );
  pgm.addConstraint('notification_templates', 'chk_notification_templates_channel', {
    check: "channel IN ('email', 'push', 'sms', 'in_app')",
  });
  pgm.addConstraint('notification_templates', 'uq_notification_templates', {
    unique: ['code', 'language_code', 'channel'],
  });
  pgm.createIndex('notification_templates', 'language_code', { name: 'idx_notification_templates_language_code' });
  pgm.createTrigger('notification_templates', 'trg_notification_templates_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/notification_templates', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('notification_templates');
}
