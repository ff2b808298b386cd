/** Lengths and packages a tutor offers. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_pricing_options',
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
        referencesConstraintName: 'fk_tutor_pricing_options_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'The tutor.',
      },
      title: { type: 'varchar(100)', notNull: true, comment: 'What is offered.' },
      duration_minutes: { type: 'smallint', notNull: true, comment: 'Length of a lesson.' },
      sessions: { type: 'smallint', notNull: true, default: 1, comment: 'Lessons in it; 1: a single lesson.' },
      price_cents: { type: 'integer', notNull: true, comment: 'Price of the whole in minor units.' },
      currency: { type: 'varchar(3)', notNull: true, comment: 'Currency (ISO 4217).' },
      validity_days: { type: 'smallint', comment: 'Days a package stays valid; null: for ever.' },
      is_active: { type: 'boolean', notNull: true, default: true, comment: 'Offered.' },
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
    { comment: 'Lengths and packages a tutor offers. @subject(tutor_profile_id) @erasure(delete)' },
  );
  pgm.addConstraint('tutor_pricing_options', 'chk_tutor_pricing_options_duration', {
    check: 'duration_minutes BETWEEN 15 AND 480',
  });
  pgm.addConstraint('tutor_pricing_options', 'chk_tutor_pricing_options_sessions', {
    check: 'sessions BETWEEN 1 AND 100',
  });
  pgm.addConstraint('tutor_pricing_options', 'chk_tutor_pricing_options_price', { check: 'price_cents > 0' });
  pgm.addConstraint('tutor_pricing_options', 'chk_tutor_pricing_options_currency', {
    check: "currency ~ '^[A-Z]{3}$'",
  });
  pgm.addConstraint('tutor_pricing_options', 'chk_tutor_pricing_options_validity', { check: 'validity_days > 0' });
  pgm.createIndex('tutor_pricing_options', 'tutor_profile_id', { name: 'idx_tutor_pricing_options_tutor_profile_id' });
  pgm.createTrigger('tutor_pricing_options', 'trg_tutor_pricing_options_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/tutor_pricing_options', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_pricing_options');
}
