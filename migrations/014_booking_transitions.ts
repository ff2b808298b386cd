/** Every state a booking was in, who moved it and when. Append-only. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'booking_transitions',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      booking_id: {
        type: 'integer',
        notNull: true,
        references: 'bookings',
        referencesConstraintName: 'fk_booking_transitions_booking_id',
        onDelete: 'RESTRICT',
        comment: 'The booking.',
      },
      booking_version: { type: 'integer', notNull: true, comment: 'Version of the booking after the change.' },
      action: { type: 'varchar(30)', notNull: true, comment: 'What was done.' },
      actor_id: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_booking_transitions_actor_id',
        onDelete: 'SET NULL',
        comment: 'Who did it; null: the system, or an erased person.',
      },
      actor_role: { type: 'varchar(20)', notNull: true, comment: 'In which capacity.' },
      from_session_state: { type: 'varchar(30)', comment: 'Session before; null on creation or without one.' },
      to_session_state: { type: 'varchar(30)', notNull: true, comment: 'Session after.' },
      from_session_outcome: { type: 'varchar(30)', comment: 'Outcome before; null on creation or without one.' },
      to_session_outcome: { type: 'varchar(30)', comment: 'Outcome after.' },
      from_payment_state: { type: 'varchar(30)', comment: 'Payment before; null on creation or without one.' },
      to_payment_state: { type: 'varchar(30)', notNull: true, comment: 'Payment after.' },
      from_dispute_state: { type: 'varchar(30)', comment: 'Dispute before; null on creation or without one.' },
      to_dispute_state: { type: 'varchar(30)', notNull: true, comment: 'Dispute after.' },
      occurred_at: {
        type: 'timestamptz',
        notNull: true,
        comment: 'When it happened, by the clock the procedure was given.',
      },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    { comment: 'Append-only log of every change of a booking. @subject(actor_id) @retention(for ever) @erasure(keep)' },
  );
  pgm.addConstraint('booking_transitions', 'chk_booking_transitions_action', {
    check:
      "action IN ('import', 'create', 'accept', 'decline', 'cancel', 'expire', 'start', 'end', 'no_show', 'reschedule', 'open_dispute', 'resolve_dispute', 'payment')",
  });
  pgm.addConstraint('booking_transitions', 'chk_booking_transitions_actor_role', {
    check: "actor_role IN ('STUDENT', 'TUTOR', 'ADMIN', 'SYSTEM')",
  });
  pgm.addConstraint('booking_transitions', 'uq_booking_transitions_version', {
    unique: ['booking_id', 'booking_version'],
  });
  pgm.createIndex('booking_transitions', 'occurred_at', { name: 'idx_booking_transitions_occurred_at' });
  pgm.createIndex('booking_transitions', 'actor_id', {
    name: 'idx_booking_transitions_actor_id',
    where: 'actor_id IS NOT NULL',
  });
  pgm.createTrigger('booking_transitions', 'trg_booking_transitions_append_only', {
    when: 'BEFORE',
    operation: ['UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'refuse_change',
  });
  pgm.install('policies/booking_transitions', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('booking_transitions');
}
