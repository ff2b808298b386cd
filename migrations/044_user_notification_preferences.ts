/** What a person wants to hear, and how. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'user_notification_preferences',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      user_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_user_notification_preferences_user_id',
        onDelete: 'CASCADE',
        comment: 'Who.',
      },
      channel: { type: 'varchar(10)', notNull: true, comment: 'By which way.' },
      category: { type: 'varchar(30)', notNull: true, comment: 'About what.' },
      is_enabled: { type: 'boolean', notNull: true, default: true, comment: 'Wanted.' },
      quiet_from: { type: 'time', comment: 'Local start of the quiet hours.' },
      quiet_until: { type: 'time', comment: 'Local end of the quiet hours.' },
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
    { comment: 'What a person wants to hear, and how. @subject(user_id) @erasure(delete)' },
  );
  pgm.addConstraint('user_notification_preferences', 'chk_user_notification_preferences_channel', {
    check: "channel IN ('email', 'push', 'sms', 'in_app')",
  });
  pgm.addConstraint('user_notification_preferences', 'chk_user_notification_preferences_category', {
    check: "category IN ('booking', 'message', 'payment', 'review', 'reminder', 'marketing')",
  });
  pgm.addConstraint('user_notification_preferences', 'chk_user_notification_preferences_quiet', {
    check: '(quiet_from IS NULL) = (quiet_until IS NULL)',
  });
  pgm.addConstraint('user_notification_preferences', 'uq_user_notification_preferences', {
    unique: ['user_id', 'channel', 'category'],
  });
  pgm.createTrigger('user_notification_preferences', 'trg_user_notification_preferences_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/user_notification_preferences', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('user_notification_preferences');
}
