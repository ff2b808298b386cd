/** Every answer of a tutor to a request, for the metrics. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_response_log',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      tutor_profile_id: {
        type: 'integer',
        notNull: true,
        references: 'tutor_profiles',
        referencesConstraintName: 'fk_tutor_response_log_tutor_profile_id',
        onDelete: 'CASCADE',
        comment: 'Who answered.',
      },
      booking_id: {
        type: 'integer',
        notNull: true,
        references: 'bookings',
        referencesConstraintName: 'fk_tutor_response_log_booking_id',
        onDelete: 'CASCADE',
        comment: 'The request.',
      },
      student_id: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_tutor_response_log_student_id',
        onDelete: 'SET NULL',
        comment: 'Who asked; null after erasure.',
      },
      response: { type: 'varchar(20)', notNull: true, comment: 'The answer.' },
      requested_at: { type: 'timestamptz', notNull: true, comment: 'When it was asked.' },
      responded_at: { type: 'timestamptz', notNull: true, comment: 'When it was answered, or expired.' },
      response_seconds: { type: 'integer', notNull: true, comment: 'Seconds between the two.' },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    {
      comment:
        'Answers of tutors to requests; one a booking. @subject(student_id) @retention(5 years) @erasure(anonymise)',
    },
  );
  pgm.addConstraint('tutor_response_log', 'chk_tutor_response_log_response', {
    check: "response IN ('ACCEPTED', 'DECLINED', 'EXPIRED')",
  });
  pgm.addConstraint('tutor_response_log', 'chk_tutor_response_log_seconds', { check: 'response_seconds >= 0' });
  pgm.addConstraint('tutor_response_log', 'uq_tutor_response_log_booking', { unique: ['booking_id'] });
  pgm.createIndex('tutor_response_log', ['tutor_profile_id', { name: 'responded_at', sort: 'DESC' }], {
    name: 'idx_tutor_response_log_tutor',
  });
  pgm.createIndex('tutor_response_log', 'student_id', {
    name: 'idx_tutor_response_log_student_id',
    where: 'student_id IS NOT NULL',
  });
  pgm.install('policies/tutor_response_log', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_response_log');
}
