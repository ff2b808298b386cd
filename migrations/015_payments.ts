/** Money taken for bookings, as the payment provider reports it. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'payments',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      booking_id: {
        type: 'integer',
        notNull: true,
        references: 'bookings',
        referencesConstraintName: 'fk_payments_booking_id',
        onDelete: 'RESTRICT',
        comment: 'What is paid.',
      },
      student_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_payments_student_id',
        onDelete: 'RESTRICT',
        comment: 'Who pays.',
      },
      amount_cents: { type: 'integer', notNull: true, comment: 'Amount in minor units.' },
      refunded_cents: { type: 'integer', notNull: true, default: 0, comment: 'Part of it that went back.' },
      currency: { type: 'varchar(3)', notNull: true, default: 'USD', comment: 'Currency (ISO 4217).' },
      status: {
        type: 'varchar(20)',
        notNull: true,
        default: 'REQUIRES_ACTION',
        comment: 'Where the payment stands at the provider.',
      },
      provider: { type: 'varchar(30)', notNull: true, default: 'stripe', comment: 'Payment provider.' },
      provider_payment_id: { type: 'varchar(255)', comment: 'The payment at the provider.' },
      provider_event_id: {
        type: 'varchar(255)',
        comment: 'The event that reported it: a second delivery changes nothing.',
      },
      failure_code: { type: 'varchar(100)', comment: 'Why the provider refused, in its own code.' },
      authorized_at: { type: 'timestamptz', comment: 'When the amount was reserved.' },
      captured_at: { type: 'timestamptz', comment: 'When the amount was taken.' },
      metadata: { type: 'jsonb', notNull: true, default: '{}', comment: 'What else the provider said; no card data.' },
      version: {
        type: 'integer',
        notNull: true,
        default: 1,
        comment: 'Grows by one with every change, for optimistic locking.',
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
    {
      comment:
        'Payments for bookings, as the provider reports them. @subject(student_id) @retention(for ever) @erasure(keep)',
    },
  );
  pgm.addConstraint('payments', 'chk_payments_amount', { check: 'amount_cents > 0' });
  pgm.addConstraint('payments', 'chk_payments_refunded', { check: 'refunded_cents BETWEEN 0 AND amount_cents' });
  pgm.addConstraint('payments', 'chk_payments_status', {
    check:
      "status IN ('REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'FAILED')",
  });
  pgm.addConstraint('payments', 'chk_payments_refund_status', {
    check:
      "(status = 'REFUNDED') = (refunded_cents = amount_cents) AND (status = 'PARTIALLY_REFUNDED') = (refunded_cents > 0 AND refunded_cents < amount_cents)",
  });
  pgm.addConstraint('payments', 'chk_payments_captured', {
    check: "status NOT IN ('CAPTURED', 'PARTIALLY_REFUNDED') OR captured_at IS NOT NULL",
  });
  pgm.addConstraint('payments', 'chk_payments_currency', { check: "currency ~ '^[A-Z]{3}$'" });
  pgm.addConstraint('payments', 'uq_payments_provider_payment', { unique: ['provider', 'provider_payment_id'] });
  pgm.addConstraint('payments', 'uq_payments_provider_event', { unique: ['provider', 'provider_event_id'] });
  pgm.createIndex('payments', ['student_id', { name: 'created_at', sort: 'DESC' }], {
    name: 'idx_payments_student_id',
  });
  pgm.createIndex('payments', ['status', 'created_at'], {
    name: 'idx_payments_status',
    where: "status IN ('REQUIRES_ACTION', 'AUTHORIZED')",
  });
  pgm.createIndex('payments', 'booking_id', {
    name: 'uq_payments_live',
    unique: true,
    where: "status IN ('AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED')",
  });
  pgm.createIndex('payments', 'booking_id', { name: 'idx_payments_booking_id' });
  pgm.createTrigger('payments', 'trg_payments_bump_version', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'bump_version',
  });
  pgm.createTrigger('payments', 'trg_payments_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/payments', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('payments');
}
