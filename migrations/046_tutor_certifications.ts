/** What a tutor can prove. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_certifications',
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
        referencesConstraintName: 'fk_tutor_certifications_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'The tutor.',
      },
      title: { type: 'varchar(200)', notNull: true, comment: 'What it certifies.' },
      issuer: { type: 'varchar(200)', notNull: true, comment: 'Who issued it.' },
      issued_on: { type: 'date', notNull: true, comment: 'Since when.' },
      expires_on: { type: 'date', comment: 'Until when.' },
      document_key: { type: 'varchar(255)', comment: 'Object key in the bucket tutor-assets. @pii(document)' },
      is_verified: { type: 'boolean', notNull: true, default: false, comment: 'An administrator has seen it.' },
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
    { comment: 'Certificates of tutors. @subject(tutor_profile_id) @erasure(delete)' },
  );
  pgm.addConstraint('tutor_certifications', 'chk_tutor_certifications_dates', { check: 'expires_on > issued_on' });
  pgm.createIndex('tutor_certifications', 'tutor_profile_id', { name: 'idx_tutor_certifications_tutor_profile_id' });
  pgm.createTrigger('tutor_certifications', 'trg_tutor_certifications_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/tutor_certifications', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_certifications');
}
