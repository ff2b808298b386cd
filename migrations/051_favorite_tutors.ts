/** Tutors a student wants to find again. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'favorite_tutors',
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
        referencesConstraintName: 'fk_favorite_tutors_student_id',
        onDelete: 'CASCADE',
        comment: 'The student.',
      },
      tutor_profile_id: {
        type: 'integer',
        notNull: true,
        references: 'tutor_profiles',
        referencesConstraintName: 'fk_favorite_tutors_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'The tutor.',
      },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    { comment: 'Tutors a student wants to find again. @subject(student_id) @erasure(delete)' },
  );
  pgm.addConstraint('favorite_tutors', 'uq_favorite', { unique: ['student_id', 'tutor_profile_id'] });
  pgm.createIndex('favorite_tutors', 'tutor_profile_id', { name: 'idx_favorite_tutors_tutor_profile_id' });
  pgm.install('policies/favorite_tutors', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('favorite_tutors');
}
