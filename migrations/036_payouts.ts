/** Money that left for the banks of tutors. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'payouts',
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
        referencesConstraintName: 'fk_payouts_tutor_profile_id',
        onDelete: 'RESTRICT',
        comment: 'Who is paid.',
      },
      amount_cents: { type: 'integer', notNull: true, comment: 'Amount in minor units.' },
      currency: { type: 'varchar(3)', notNull: true, comment: 'Currency (ISO 4217).' },
      status: {
        type: 'varchar(20)',
        notNull: true,
        default: 'PENDING',
        comment: 'Where the payout stands at the provider.',
      },
      provider_payout_id: { type: 'varchar(255)', comment: 'The payout at the provider.' },
      provider_event_id: {
        type: 'varchar(255)',
        comment: 'The event that reported it: a second delivery changes nothing.',
      },
      failure_code: { type: 'varchar(100)', comment: 'Why the provider refused, in its own code.' },
      paid_at: { type: 'timestamptz', comment: 'When it reached the bank.' },
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
    { comment: 'Money paid out to tutors. @subject(tutor_profile_id) @retention(for ever) @erasure(keep)' },
  );
  pgm.addConstraint('payouts', 'chk_payouts_amount', { check: 'amount_cents > 0' });
  pgm.addConstraint('payouts', 'chk_payouts_currency', { check: "currency ~ '^[A-Z]{3}$'" });
  pgm.addConstraint('payouts', 'chk_payouts_status', { check: "status IN ('PENDING', 'SUBMITTED', 'PAID', 'FAILED')" });
  pgm.addConstraint('payouts', 'chk_payouts_paid', { check: "(status = 'PAID') = (paid_at IS NOT NULL)" });
  pgm.addConstraint('payouts', 'uq_payouts_provider_event', { unique: ['provider_event_id'] });
  pgm.createIndex('payouts', ['tutor_profile_id', { name: 'created_at', sort: 'DESC' }], { name: 'idx_payouts_tutor' });
  pgm.createIndex('payouts', ['status', 'created_at'], {
    name: 'idx_payouts_open',
    where: "status IN ('PENDING', 'SUBMITTED')",
  });
  pgm.createTrigger('payouts', 'trg_payouts_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/payouts', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('payouts');
}
