/** How a tutor answers requests, counted in the same transaction as the answer. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_metrics',
    {
      tutor_profile_id: {
        type: 'integer',
        primaryKey: true,
        references: 'tutor_profiles',
        referencesConstraintName: 'fk_tutor_metrics_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'The tutor.',
      },
      accepted_count: { type: 'integer', notNull: true, default: 0, comment: 'Requests accepted.' },
      declined_count: { type: 'integer', notNull: true, default: 0, comment: 'Requests declined.' },
      expired_count: { type: 'integer', notNull: true, default: 0, comment: 'Requests never answered.' },
      response_seconds: {
        type: 'bigint',
        notNull: true,
        default: 0,
        comment: 'Sum of the seconds between request and answer, over accepted and declined ones.',
      },
      last_response_at: { type: 'timestamptz', comment: 'Latest answer.' },
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
    { comment: 'How a tutor answers requests; one row a tutor. @subject(tutor_profile_id) @erasure(delete)' },
  );
  pgm.addConstraint('tutor_metrics', 'chk_tutor_metrics_counts', {
    check: 'accepted_count >= 0 AND declined_count >= 0 AND expired_count >= 0 AND response_seconds >= 0',
  });
  pgm.createTrigger('tutor_metrics', 'trg_tutor_metrics_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/tutor_metrics', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_metrics');
}
