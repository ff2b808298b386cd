/** Prepaid lessons: purchased = used + remaining, always. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'student_packages',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      student_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_student_packages_student_id',
        onDelete: 'RESTRICT',
        comment: 'Who bought it.',
      },
      tutor_profile_id: {
        type: 'integer',
        notNull: true,
        references: 'tutor_profiles',
        referencesConstraintName: 'fk_student_packages_tutor_profile_id',
        onDelete: 'RESTRICT',
        comment: 'Whose lessons it buys.',
      },
      subject_id: {
        type: 'integer',
        references: 'subjects',
        referencesConstraintName: 'fk_student_packages_subject_id',
        onDelete: 'RESTRICT',
        comment: 'Valid for this subject only; null: for any.',
      },
      sessions_purchased: { type: 'integer', notNull: true, comment: 'Lessons bought.' },
      sessions_used: { type: 'integer', notNull: true, default: 0, comment: 'Lessons booked with it.' },
      sessions_remaining: { type: 'integer', notNull: true, comment: 'Lessons left.' },
      purchase_price_cents: { type: 'integer', notNull: true, comment: 'Price of the whole package in minor units.' },
      currency: { type: 'varchar(3)', notNull: true, default: 'USD', comment: 'Currency of the price (ISO 4217).' },
      status: {
        type: 'varchar(20)',
        notNull: true,
        default: 'active',
        comment: 'exhausted exactly when an unexpired, unrefunded package has nothing left.',
      },
      purchased_at: { type: 'timestamptz', notNull: true, default: pgm.func('now()'), comment: 'When it was bought.' },
      expires_at: { type: 'timestamptz', comment: 'First moment at which it can no longer be used; null: never.' },
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
    { comment: 'Prepaid lessons with one tutor. @subject(student_id) @retention(for ever) @erasure(keep)' },
  );
  pgm.addConstraint('student_packages', 'chk_sessions_consistency', {
    check: 'sessions_remaining = sessions_purchased - sessions_used',
  });
  pgm.addConstraint('student_packages', 'chk_student_packages_sessions', {
    check: 'sessions_purchased > 0 AND sessions_used >= 0 AND sessions_remaining >= 0',
  });
  pgm.addConstraint('student_packages', 'chk_student_packages_price', { check: 'purchase_price_cents >= 0' });
  pgm.addConstraint('student_packages', 'chk_student_packages_currency', { check: "currency ~ '^[A-Z]{3}$'" });
  pgm.addConstraint('student_packages', 'chk_student_packages_status', {
    check: "status IN ('active', 'expired', 'exhausted', 'refunded')",
  });
  pgm.addConstraint('student_packages', 'chk_student_packages_exhausted', {
    check: "(status <> 'active' OR sessions_remaining > 0) AND (status <> 'exhausted' OR sessions_remaining = 0)",
  });
  pgm.addConstraint('student_packages', 'chk_student_packages_expiry', { check: 'expires_at > purchased_at' });
  pgm.createIndex('student_packages', ['student_id', 'tutor_profile_id', 'status'], {
    name: 'idx_student_packages_lookup',
  });
  pgm.createIndex('student_packages', 'expires_at', {
    name: 'idx_student_packages_expiry',
    where: "status = 'active'",
  });
  pgm.createIndex('student_packages', 'tutor_profile_id', { name: 'idx_student_packages_tutor_profile_id' });
  pgm.createIndex('student_packages', 'subject_id', {
    name: 'idx_student_packages_subject_id',
    where: 'subject_id IS NOT NULL',
  });
  pgm.createTrigger('student_packages', 'trg_student_packages_bump_version', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'bump_version',
  });
  pgm.createTrigger('student_packages', 'trg_student_packages_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/student_packages', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('student_packages');
}
