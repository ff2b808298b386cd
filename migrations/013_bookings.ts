/** Lessons. Constraints and one trigger make a wrong booking impossible to write, whoever writes it. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'bookings',
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
        referencesConstraintName: 'fk_bookings_tutor_profile_id',
        onDelete: 'RESTRICT',
        comment: 'Who teaches.',
      },
      student_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_bookings_student_id',
        onDelete: 'RESTRICT',
        comment: 'Who learns.',
      },
      subject_id: {
        type: 'integer',
        notNull: true,
        references: 'subjects',
        referencesConstraintName: 'fk_bookings_subject_id',
        onDelete: 'RESTRICT',
        comment: 'What is taught.',
      },
      package_id: {
        type: 'integer',
        references: 'student_packages',
        referencesConstraintName: 'fk_bookings_package_id',
        onDelete: 'RESTRICT',
        comment: 'The package that paid with one credit; null: paid singly.',
      },
      start_time: { type: 'timestamptz', notNull: true, comment: 'First moment of the lesson.' },
      end_time: { type: 'timestamptz', notNull: true, comment: 'First moment after the lesson.' },
      session_state: { type: 'varchar(30)', notNull: true, default: 'REQUESTED', comment: 'Where the session stands.' },
      session_outcome: { type: 'varchar(30)', comment: 'What became of it; null until the session is terminal.' },
      payment_state: { type: 'varchar(30)', notNull: true, default: 'PENDING', comment: 'Where the money stands.' },
      dispute_state: {
        type: 'varchar(30)',
        notNull: true,
        default: 'NONE',
        comment: 'Whether somebody contests the outcome.',
      },
      state_changed_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When a state field or the time of the lesson last moved.',
      },
      tutor_joined_at: { type: 'timestamptz', comment: 'When the tutor entered the meeting.' },
      student_joined_at: { type: 'timestamptz', comment: 'When the student entered the meeting.' },
      cancelled_by_role: { type: 'varchar(20)', comment: 'Which side cancelled.' },
      cancelled_at: { type: 'timestamptz', comment: 'When it was cancelled.' },
      cancellation_reason: { type: 'text', comment: 'Why, in the words of who cancelled. @pii(free_text)' },
      dispute_reason: { type: 'text', comment: 'What is contested. @pii(free_text)' },
      disputed_at: { type: 'timestamptz', comment: 'When the dispute was opened.' },
      disputed_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_bookings_disputed_by',
        onDelete: 'SET NULL',
        comment: 'Who opened it.',
      },
      resolved_at: { type: 'timestamptz', comment: 'When it was resolved.' },
      resolved_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_bookings_resolved_by',
        onDelete: 'SET NULL',
        comment: 'The administrator who resolved it.',
      },
      resolution_notes: { type: 'text', comment: 'Why it was resolved so. @pii(free_text)' },
      tutor_name: {
        type: 'varchar(200)',
        notNull: true,
        comment: 'Name of the tutor, frozen at booking time; a tombstone after erasure. @pii(name)',
      },
      student_name: {
        type: 'varchar(200)',
        notNull: true,
        comment: 'Name of the student, frozen at booking time; a tombstone after erasure. @pii(name)',
      },
      subject_name: {
        type: 'varchar(100)',
        notNull: true,
        comment: "Name of the subject, frozen at booking time (no person's name).",
      },
      rate_cents: {
        type: 'integer',
        notNull: true,
        comment: 'Price of the lesson in minor units, frozen at booking time.',
      },
      currency: { type: 'varchar(3)', notNull: true, default: 'USD', comment: 'Currency of the price (ISO 4217).' },
      platform_fee_pct: {
        type: 'numeric(5,2)',
        notNull: true,
        default: 20.0,
        comment: 'Share of the platform in percent, frozen at booking time.',
      },
      platform_fee_cents: {
        type: 'integer',
        notNull: true,
        default: 0,
        comment: 'Share of the platform: rate × pct / 100, half up.',
      },
      tutor_earnings_cents: { type: 'integer', notNull: true, default: 0, comment: 'What is left for the tutor.' },
      pricing_snapshot: {
        type: 'jsonb',
        notNull: true,
        default: '{}',
        comment: 'Everything the price was computed from, frozen at booking time.',
      },
      credit_restored_at: { type: 'timestamptz', comment: 'When the package got its credit back; at most once.' },
      join_url: { type: 'text', comment: 'Address of the meeting. @pii(credential)' },
      zoom_meeting_id: { type: 'varchar(255)', comment: 'The meeting at Zoom.' },
      google_calendar_event_id: { type: 'varchar(255)', comment: 'The event in the calendar.' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_bookings_deleted_by',
        onDelete: 'SET NULL',
        comment: 'Who soft-deleted the row.',
      },
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
        'Lessons: asked for, agreed, held, paid, disputed; four independent state fields. @subject(student_id) @retention(for ever) @erasure(keep)',
    },
  );
  pgm.addConstraint('bookings', 'chk_booking_time_order', { check: 'start_time < end_time' });
  pgm.addConstraint('bookings', 'chk_bookings_session_state', {
    check: "session_state IN ('REQUESTED', 'SCHEDULED', 'ACTIVE', 'ENDED', 'CANCELLED', 'EXPIRED')",
  });
  pgm.addConstraint('bookings', 'chk_bookings_session_outcome', {
    check: "session_outcome IN ('COMPLETED', 'NOT_HELD', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR')",
  });
  pgm.addConstraint('bookings', 'chk_bookings_payment_state', {
    check: "payment_state IN ('PENDING', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'PARTIALLY_REFUNDED')",
  });
  pgm.addConstraint('bookings', 'chk_bookings_dispute_state', {
    check: "dispute_state IN ('NONE', 'OPEN', 'RESOLVED_UPHELD', 'RESOLVED_REFUNDED')",
  });
  pgm.addConstraint('bookings', 'chk_bookings_outcome_terminal', {
    check: "(session_outcome IS NOT NULL) = (session_state IN ('ENDED', 'CANCELLED', 'EXPIRED'))",
  });
  pgm.addConstraint('bookings', 'chk_bookings_not_held', {
    check: "session_state NOT IN ('CANCELLED', 'EXPIRED') OR session_outcome = 'NOT_HELD'",
  });
  pgm.addConstraint('bookings', 'chk_bookings_dispute_terminal', {
    check: "dispute_state = 'NONE' OR session_state IN ('ENDED', 'CANCELLED', 'EXPIRED')",
  });
  pgm.addConstraint('bookings', 'chk_bookings_cancelled', {
    check:
      "(session_state = 'CANCELLED') = (cancelled_at IS NOT NULL) AND (session_state = 'CANCELLED') = (cancelled_by_role IS NOT NULL)",
  });
  pgm.addConstraint('bookings', 'chk_bookings_cancelled_by_role', {
    check: "cancelled_by_role IN ('STUDENT', 'TUTOR', 'ADMIN', 'SYSTEM')",
  });
  pgm.addConstraint('bookings', 'chk_bookings_disputed', { check: "(dispute_state = 'NONE') = (disputed_at IS NULL)" });
  pgm.addConstraint('bookings', 'chk_bookings_resolved', {
    check: "(dispute_state IN ('RESOLVED_UPHELD', 'RESOLVED_REFUNDED')) = (resolved_at IS NOT NULL)",
  });
  pgm.addConstraint('bookings', 'chk_bookings_currency', { check: "currency ~ '^[A-Z]{3}$'" });
  pgm.addConstraint('bookings', 'chk_bookings_rate', {
    check: 'rate_cents >= 0 AND rate_cents = platform_fee_cents + tutor_earnings_cents',
  });
  pgm.addConstraint('bookings', 'chk_bookings_fee', {
    check: 'platform_fee_pct BETWEEN 0 AND 100 AND platform_fee_cents = round(rate_cents * platform_fee_pct / 100)',
  });
  pgm.addConstraint('bookings', 'chk_bookings_credit', {
    check: 'credit_restored_at IS NULL OR package_id IS NOT NULL',
  });
  pgm.addConstraint('bookings', 'excl_bookings_tutor_overlap', {
    exclude:
      "USING gist (tutor_profile_id WITH =, tstzrange(start_time, end_time, '[)') WITH &&) WHERE (session_state IN ('REQUESTED', 'SCHEDULED', 'ACTIVE') AND deleted_at IS NULL)",
  });
  pgm.addConstraint('bookings', 'excl_bookings_student_overlap', {
    exclude:
      "USING gist (student_id WITH =, tstzrange(start_time, end_time, '[)') WITH &&) WHERE (session_state IN ('SCHEDULED', 'ACTIVE') AND deleted_at IS NULL)",
  });
  pgm.createIndex('bookings', ['tutor_profile_id', { name: 'start_time', sort: 'DESC' }], {
    name: 'idx_bookings_tutor_time',
  });
  pgm.createIndex('bookings', ['student_id', { name: 'start_time', sort: 'DESC' }], {
    name: 'idx_bookings_student_time',
  });
  pgm.createIndex('bookings', ['session_state', 'start_time', 'end_time'], {
    name: 'idx_bookings_session_state',
    where: "session_state IN ('REQUESTED', 'SCHEDULED', 'ACTIVE')",
  });
  pgm.createIndex('bookings', ['dispute_state', 'disputed_at'], {
    name: 'idx_bookings_disputes',
    where: "dispute_state = 'OPEN'",
  });
  pgm.createIndex('bookings', ['tutor_profile_id', 'start_time', 'end_time'], {
    name: 'idx_bookings_no_overlap',
    unique: true,
    where: "session_state IN ('REQUESTED', 'SCHEDULED') AND deleted_at IS NULL",
  });
  pgm.createIndex('bookings', 'created_at', { name: 'idx_bookings_requested', where: "session_state = 'REQUESTED'" });
  pgm.createIndex('bookings', 'id', { name: 'idx_bookings_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('bookings', 'subject_id', { name: 'idx_bookings_subject_id' });
  pgm.createIndex('bookings', 'package_id', { name: 'idx_bookings_package_id', where: 'package_id IS NOT NULL' });
  pgm.createIndex('bookings', 'disputed_by', { name: 'idx_bookings_disputed_by', where: 'disputed_by IS NOT NULL' });
  pgm.createIndex('bookings', 'resolved_by', { name: 'idx_bookings_resolved_by', where: 'resolved_by IS NOT NULL' });
  pgm.createIndex('bookings', 'deleted_by', { name: 'idx_bookings_deleted_by', where: 'deleted_by IS NOT NULL' });
  pgm.createTrigger('bookings', 'trg_bookings_bump_version', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'bump_version',
  });
  pgm.createTrigger('bookings', 'trg_bookings_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('functions/guard_booking', 1);
  pgm.createTrigger('bookings', 'trg_bookings_guard', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'guard_booking',
  });
  pgm.install('policies/bookings', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('bookings');
  pgm.uninstall('functions/guard_booking', 1);
}
