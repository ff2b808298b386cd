/** Two people who write to each other. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'conversations',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      student_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_conversations_student_id',
        onDelete: 'RESTRICT',
        comment: 'The student.',
      },
      tutor_user_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_conversations_tutor_user_id',
        onDelete: 'RESTRICT',
        comment: 'The account of the tutor.',
      },
      booking_id: {
        type: 'integer',
        references: 'bookings',
        referencesConstraintName: 'fk_conversations_booking_id',
        onDelete: 'SET NULL',
        comment: 'The lesson it began with.',
      },
      last_message_at: { type: 'timestamptz', comment: 'Latest message.' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_conversations_deleted_by',
        onDelete: 'SET NULL',
        comment: 'Who soft-deleted the row.',
      },
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
    { comment: 'Two people who write to each other. @subject(student_id) @erasure(anonymise)' },
  );
  pgm.addConstraint('conversations', 'chk_conversations_two', { check: 'student_id <> tutor_user_id' });
  pgm.addConstraint('conversations', 'uq_conversations_pair', { unique: ['student_id', 'tutor_user_id'] });
  pgm.createIndex('conversations', 'id', { name: 'idx_conversations_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('conversations', 'tutor_user_id', { name: 'idx_conversations_tutor_user_id' });
  pgm.createIndex('conversations', 'booking_id', {
    name: 'idx_conversations_booking_id',
    where: 'booking_id IS NOT NULL',
  });
  pgm.createIndex('conversations', 'deleted_by', {
    name: 'idx_conversations_deleted_by',
    where: 'deleted_by IS NOT NULL',
  });
  pgm.createTrigger('conversations', 'trg_conversations_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/conversations', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('conversations');
}
