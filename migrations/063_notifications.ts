/** What people were told; dropped by the month. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'notifications',
    {
      id: {
        type: 'bigint',
        notNull: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Order of notifications.',
      },
      user_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_notifications_user_id',
        onDelete: 'CASCADE',
        comment: 'Who is told.',
      },
      type: { type: 'varchar(50)', notNull: true, comment: 'What happened: booking_accepted.' },
      channel: { type: 'varchar(10)', notNull: true, default: 'in_app', comment: 'By which way.' },
      title: { type: 'varchar(200)', notNull: true, comment: 'First line. @pii(free_text)' },
      body: { type: 'text', notNull: true, comment: 'Text. @pii(free_text)' },
      data: { type: 'jsonb', notNull: true, default: '{}', comment: 'Ids for links; never personal data.' },
      read_at: { type: 'timestamptz', comment: 'When it was read; null while unread.' },
      sent_at: { type: 'timestamptz', comment: 'When it was handed on.' },
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
      comment: 'What people were told. @subject(user_id) @retention(90 days once read) @erasure(delete)',
    },
  );
  pgm.addConstraint('notifications', 'chk_notifications_channel', {
    check: "channel IN ('email', 'push', 'sms', 'in_app')",
  });
  pgm.createIndex('notifications', ['user_id', { name: 'created_at', sort: 'DESC' }], {
    name: 'idx_notifications_user',
  });
  pgm.createIndex('notifications', ['user_id', 'id'], { name: 'idx_notifications_unread', where: 'read_at IS NULL' });
  pgm.install('policies/notifications', 1);
  pgm.sql(`SELECT create_month_partitions('notifications', 0)`);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('notifications');
}
