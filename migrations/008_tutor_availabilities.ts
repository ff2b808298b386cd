/** Weekly hours in which a tutor teaches, on the wall clock of the tutor's time zone. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_availabilities',
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
        referencesConstraintName: 'fk_tutor_availabilities_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'The tutor.',
      },
      day_of_week: { type: 'smallint', notNull: true, comment: '0 Sunday to 6 Saturday.' },
      start_time: { type: 'time', notNull: true, comment: 'First minute, local to the tutor.' },
      end_time: {
        type: 'time',
        notNull: true,
        comment: 'Minute after the last, local to the tutor; 24:00 is midnight.',
      },
      effective_from: { type: 'date', comment: 'First local day on which it counts; null: always has.' },
      effective_until: { type: 'date', comment: 'First local day on which it no longer counts; null: for ever.' },
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
    {
      comment:
        "Weekly teaching hours, on the wall clock of the tutor's time zone. @subject(tutor_profile_id) @erasure(delete)",
    },
  );
  pgm.addConstraint('tutor_availabilities', 'chk_tutor_availabilities_day', { check: 'day_of_week BETWEEN 0 AND 6' });
  pgm.addConstraint('tutor_availabilities', 'chk_tutor_availabilities_order', { check: 'start_time < end_time' });
  pgm.addConstraint('tutor_availabilities', 'chk_tutor_availabilities_grid', {
    check: 'extract(epoch FROM start_time)::integer % 900 = 0 AND extract(epoch FROM end_time)::integer % 900 = 0',
  });
  pgm.addConstraint('tutor_availabilities', 'chk_tutor_availabilities_effective', {
    check: 'effective_from < effective_until',
  });
  pgm.addConstraint('tutor_availabilities', 'excl_tutor_availabilities_overlap', {
    exclude:
      'USING gist (tutor_profile_id WITH =, day_of_week WITH =, int4range(extract(epoch FROM start_time)::integer, extract(epoch FROM end_time)::integer) WITH &&, daterange(effective_from, effective_until) WITH &&)',
  });
  pgm.createIndex('tutor_availabilities', ['day_of_week', 'start_time'], { name: 'idx_tutor_availabilities_day' });
  pgm.createIndex('tutor_availabilities', 'tutor_profile_id', { name: 'idx_tutor_availabilities_tutor_profile_id' });
  pgm.createTrigger('tutor_availabilities', 'trg_tutor_availabilities_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/tutor_availabilities', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_availabilities');
}
