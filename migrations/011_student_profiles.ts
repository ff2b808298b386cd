/** What a tutor should know of a student. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'student_profiles',
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
        referencesConstraintName: 'fk_student_profiles_user_id',
        onDelete: 'CASCADE',
        comment: "The student's account.",
      },
      education_level: { type: 'varchar(30)', comment: 'Where the student stands in education.' },
      learning_style: { type: 'varchar(50)', comment: 'How the student learns best. @pii(free_text)' },
      goals: { type: 'text', comment: 'What the student wants to reach. @pii(free_text)' },
      guardian_name: { type: 'varchar(200)', comment: 'Who answers for a minor. @pii(name)' },
      guardian_email: { type: 'varchar(254)', comment: 'Address of that person. @pii(email)' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_student_profiles_deleted_by',
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
    { comment: 'Students: what a tutor should know. @subject(user_id) @retention(5 years inactive) @erasure(delete)' },
  );
  pgm.addConstraint('student_profiles', 'chk_student_profiles_education_level', {
    check: "education_level IN ('primary', 'secondary', 'undergraduate', 'graduate', 'adult')",
  });
  pgm.addConstraint('student_profiles', 'uq_student_profiles_user_id', { unique: ['user_id'] });
  pgm.createIndex('student_profiles', 'id', { name: 'idx_student_profiles_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('student_profiles', 'deleted_by', {
    name: 'idx_student_profiles_deleted_by',
    where: 'deleted_by IS NOT NULL',
  });
  pgm.createTrigger('student_profiles', 'trg_student_profiles_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/student_profiles', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('student_profiles');
}
