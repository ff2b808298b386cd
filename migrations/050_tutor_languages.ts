/** Which languages a tutor teaches in. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_languages',
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
        referencesConstraintName: 'fk_tutor_languages_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'The tutor.',
      },
      language_code: {
        type: 'varchar(5)',
        notNull: true,
        references: 'supported_languages',
        referencesConstraintName: 'fk_tutor_languages_language_code',
        onDelete: 'RESTRICT',
        comment: 'The language.',
      },
      fluency: { type: 'varchar(10)', notNull: true, comment: 'How well.' },
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
    { comment: 'Languages of tutors. @subject(tutor_profile_id) @erasure(delete)' },
  );
  pgm.addConstraint('tutor_languages', 'chk_tutor_languages_fluency', {
    check: "fluency IN ('basic', 'fluent', 'native')",
  });
  pgm.addConstraint('tutor_languages', 'uq_tutor_languages', { unique: ['tutor_profile_id', 'language_code'] });
  pgm.createIndex('tutor_languages', 'language_code', { name: 'idx_tutor_languages_language_code' });
  pgm.createTrigger('tutor_languages', 'trg_tutor_languages_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/tutor_languages', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_languages');
}
