/** Time off, which no weekly hour overrides. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_blackouts',
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
        referencesConstraintName: 'fk_tutor_blackouts_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'The tutor.',
      },
      start_at: { type: 'timestamptz', notNull: true, comment: 'First moment off.' },
      end_at: { type: 'timestamptz', notNull: true, comment: 'First moment back.' },
      reason: { type: 'text', comment: 'Why; the tutor and administrators read it. @pii(free_text)' },
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
    { comment: 'Time off: no lesson is booked inside it. @subject(tutor_profile_id) @erasure(delete)' },
  );
  pgm.addConstraint('tutor_blackouts', 'chk_tutor_blackouts_order', { check: 'start_at < end_at' });
  pgm.addConstraint('tutor_blackouts', 'excl_tutor_blackouts_overlap', {
    exclude: "USING gist (tutor_profile_id WITH =, tstzrange(start_at, end_at, '[)') WITH &&)",
  });
  pgm.createIndex('tutor_blackouts', 'tutor_profile_id', { name: 'idx_tutor_blackouts_tutor_profile_id' });
  pgm.createTrigger('tutor_blackouts', 'trg_tutor_blackouts_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/tutor_blackouts', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_blackouts');
}
