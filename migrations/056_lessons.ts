/** What a held session covered. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'lessons',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      booking_id: {
        type: 'integer',
        references: 'bookings',
        referencesConstraintName: 'fk_lessons_booking_id',
        onDelete: 'RESTRICT',
        comment: 'The session; null for lessons from before the marketplace.',
      },
      tutor_profile_id: {
        type: 'integer',
        notNull: true,
        references: 'tutor_profiles',
        referencesConstraintName: 'fk_lessons_tutor_profile_id',
        onDelete: 'RESTRICT',
        comment: 'Who taught.',
      },
      student_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_lessons_student_id',
        onDelete: 'RESTRICT',
        comment: 'Who learned.',
      },
      subject_id: {
        type: 'integer',
        notNull: true,
        references: 'subjects',
        referencesConstraintName: 'fk_lessons_subject_id',
        onDelete: 'RESTRICT',
        comment: 'The subject.',
      },
      scheduled_at: { type: 'timestamptz', notNull: true, comment: 'When it was to begin.' },
      duration_minutes: { type: 'integer', notNull: true, comment: 'How long it took.' },
      topics: { type: 'text', notNull: true, comment: 'What it covered. @pii(free_text)' },
      homework: { type: 'text', comment: 'What is to be done until next time. @pii(free_text)' },
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
    { comment: 'What a held session covered. @subject(student_id) @retention(for ever) @erasure(anonymise)' },
  );
  pgm.addConstraint('lessons', 'chk_lessons_duration', { check: 'duration_minutes > 0' });
  pgm.addConstraint('lessons', 'uq_lessons_booking', { unique: ['booking_id'] });
  pgm.createIndex('lessons', ['tutor_profile_id', { name: 'scheduled_at', sort: 'DESC' }], {
    name: 'idx_lessons_tutor',
  });
  pgm.createIndex('lessons', ['student_id', { name: 'scheduled_at', sort: 'DESC' }], { name: 'idx_lessons_student' });
  pgm.createIndex('lessons', 'subject_id', { name: 'idx_lessons_subject_id' });
  pgm.createTrigger('lessons', 'trg_lessons_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/lessons', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('lessons');
}
