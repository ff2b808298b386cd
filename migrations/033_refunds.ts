/** Money that went back; never more than was paid, because the payment row counts it. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'refunds',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      payment_id: {
        type: 'integer',
        notNull: true,
        references: 'payments',
        referencesConstraintName: 'fk_refunds_payment_id',
        onDelete: 'RESTRICT',
        comment: 'Out of which payment.',
      },
      amount_cents: { type: 'integer', notNull: true, comment: 'Amount in minor units.' },
      currency: { type: 'varchar(3)', notNull: true, comment: 'Currency (ISO 4217).' },
      reason: { type: 'varchar(30)', notNull: true, comment: 'Why: a word of a closed set, no personal data.' },
      requested_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_refunds_requested_by',
        onDelete: 'SET NULL',
        comment: 'Who gave it back; null: the system, or an erased person.',
      },
      provider_refund_id: { type: 'varchar(255)', comment: 'The refund at the provider.' },
      provider_event_id: {
        type: 'varchar(255)',
        comment: 'The event that reported it: a second delivery changes nothing.',
      },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    { comment: 'Money that went back to students. @retention(for ever) @erasure(keep)' },
  );
  pgm.addConstraint('refunds', 'chk_refunds_amount', { check: 'amount_cents > 0' });
  pgm.addConstraint('refunds', 'chk_refunds_currency', { check: "currency ~ '^[A-Z]{3}$'" });
  pgm.addConstraint('refunds', 'chk_refunds_reason', {
    check: "reason IN ('STUDENT_CANCEL', 'TUTOR_CANCEL', 'NO_SHOW_TUTOR', 'NOT_HELD', 'DISPUTE', 'GOODWILL', 'OTHER')",
  });
  pgm.addConstraint('refunds', 'uq_refunds_provider_event', { unique: ['provider_event_id'] });
  pgm.createIndex('refunds', 'payment_id', { name: 'idx_refunds_payment_id' });
  pgm.createIndex('refunds', 'requested_by', { name: 'idx_refunds_requested_by', where: 'requested_by IS NOT NULL' });
  pgm.createTrigger('refunds', 'trg_refunds_append_only', {
    when: 'BEFORE',
    operation: 'DELETE',
    level: 'ROW',
    function: 'refuse_change',
  });
  pgm.install('policies/refunds', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('refunds');
}
