/** Where a tutor studied. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_education',
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
        referencesConstraintName: 'fk_tutor_education_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'The tutor.',
      },
      institution: { type: 'varchar(200)', notNull: true, comment: 'School or university.' },
      degree: { type: 'varchar(200)', notNull: true, comment: 'Degree.' },
      field: { type: 'varchar(200)', comment: 'Field of study.' },
      start_year: { type: 'smallint', notNull: true, comment: 'First year.' },
      end_year: { type: 'smallint', comment: 'Last year; null: goes on.' },
      document_key: { type: 'varchar(255)', comment: 'Object key in the bucket tutor-assets. @pii(document)' },
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
    { comment: 'Education of tutors. @subject(tutor_profile_id) @erasure(delete)' },
  );
  pgm.addConstraint('tutor_education', 'chk_tutor_education_years', {
    check: 'start_year BETWEEN 1900 AND 2200 AND end_year BETWEEN start_year AND 2200',
  });
  pgm.createIndex('tutor_education', 'tutor_profile_id', { name: 'idx_tutor_education_tutor_profile_id' });
  pgm.createTrigger('tutor_education', 'trg_tutor_education_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/tutor_education', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_education');
}
