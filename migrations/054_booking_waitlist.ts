/** Who wants a slot that is taken. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'booking_waitlist',
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
        referencesConstraintName: 'fk_booking_waitlist_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'Whose slot.',
      },
      student_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_booking_waitlist_student_id',
        onDelete: 'CASCADE',
        comment: 'Who wants it.',
      },
      start_time: { type: 'timestamptz', notNull: true, comment: 'First moment wanted.' },
      end_time: { type: 'timestamptz', notNull: true, comment: 'First moment no longer wanted.' },
      status: { type: 'varchar(20)', notNull: true, default: 'WAITING', comment: 'Where the wish stands.' },
      notified_at: { type: 'timestamptz', comment: 'When it was told that the slot is free.' },
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
    { comment: 'Who wants a slot that is taken. @subject(student_id) @erasure(delete)' },
  );
  pgm.addConstraint('booking_waitlist', 'chk_booking_waitlist_order', { check: 'start_time < end_time' });
  pgm.addConstraint('booking_waitlist', 'chk_booking_waitlist_status', {
    check: "status IN ('WAITING', 'NOTIFIED', 'BOOKED', 'EXPIRED')",
  });
  pgm.addConstraint('booking_waitlist', 'uq_booking_waitlist', {
    unique: ['tutor_profile_id', 'student_id', 'start_time'],
  });
  pgm.createIndex('booking_waitlist', ['tutor_profile_id', 'start_time'], {
    name: 'idx_booking_waitlist_waiting',
    where: "status = 'WAITING'",
  });
  pgm.createIndex('booking_waitlist', 'student_id', { name: 'idx_booking_waitlist_student_id' });
  pgm.createTrigger('booking_waitlist', 'trg_booking_waitlist_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/booking_waitlist', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('booking_waitlist');
}
