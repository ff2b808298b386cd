/** What a tutor writes down about a student. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'student_notes',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      tutor_profile_id: {
        type: 'integer',
        notNull: true,
        references: 'tutor_profiles',
        referencesConstraintName: 'fk_student_notes_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'Who wrote it.',
      },
      student_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_student_notes_student_id',
        onDelete: 'CASCADE',
        comment: 'About whom.',
      },
      booking_id: {
        type: 'integer',
        references: 'bookings',
        referencesConstraintName: 'fk_student_notes_booking_id',
        onDelete: 'SET NULL',
        comment: 'On which occasion.',
      },
      content: { type: 'text', notNull: true, comment: 'The note. @pii(free_text)' },
      is_private: { type: 'boolean', notNull: true, default: true, comment: 'Only the author reads it.' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_student_notes_deleted_by',
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
    { comment: 'Notes of tutors about students. @subject(student_id) @erasure(delete)' },
  );
  pgm.createIndex('student_notes', ['tutor_profile_id', 'student_id'], {
    name: 'idx_student_notes_pair',
    where: 'deleted_at IS NULL',
  });
  pgm.createIndex('student_notes', 'tutor_profile_id', { name: 'idx_student_notes_tutor_profile_id' });
  pgm.createIndex('student_notes', 'id', { name: 'idx_student_notes_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('student_notes', 'student_id', { name: 'idx_student_notes_student_id' });
  pgm.createIndex('student_notes', 'booking_id', {
    name: 'idx_student_notes_booking_id',
    where: 'booking_id IS NOT NULL',
  });
  pgm.createIndex('student_notes', 'deleted_by', {
    name: 'idx_student_notes_deleted_by',
    where: 'deleted_by IS NOT NULL',
  });
  pgm.createTrigger('student_notes', 'trg_student_notes_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/student_notes', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('student_notes');
}
