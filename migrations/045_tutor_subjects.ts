/** What a tutor teaches, and how well. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_subjects',
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
        referencesConstraintName: 'fk_tutor_subjects_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'The tutor.',
      },
      subject_id: {
        type: 'integer',
        notNull: true,
        references: 'subjects',
        referencesConstraintName: 'fk_tutor_subjects_subject_id',
        onDelete: 'RESTRICT',
        comment: 'The subject.',
      },
      level: { type: 'varchar(20)', notNull: true, default: 'all', comment: 'Up to which level.' },
      years_of_experience: { type: 'smallint', notNull: true, default: 0, comment: 'Years of teaching it.' },
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
    { comment: 'What a tutor teaches. @subject(tutor_profile_id) @erasure(delete)' },
  );
  pgm.addConstraint('tutor_subjects', 'chk_tutor_subjects_level', {
    check: "level IN ('all', 'beginner', 'intermediate', 'advanced')",
  });
  pgm.addConstraint('tutor_subjects', 'chk_tutor_subjects_years', { check: 'years_of_experience BETWEEN 0 AND 80' });
  pgm.addConstraint('tutor_subjects', 'uq_tutor_subjects', { unique: ['tutor_profile_id', 'subject_id'] });
  pgm.createIndex('tutor_subjects', 'subject_id', { name: 'idx_tutor_subjects_subject_id' });
  pgm.createTrigger('tutor_subjects', 'trg_tutor_subjects_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/tutor_subjects', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_subjects');
}
