/** What students say of completed lessons; the rating of a tutor follows. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'reviews',
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
        referencesConstraintName: 'fk_reviews_booking_id',
        onDelete: 'RESTRICT',
        comment: 'The lesson.',
      },
      tutor_profile_id: {
        type: 'integer',
        notNull: true,
        references: 'tutor_profiles',
        referencesConstraintName: 'fk_reviews_tutor_profile_id',
        onDelete: 'RESTRICT',
        comment: 'Who taught it.',
      },
      student_id: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_reviews_student_id',
        onDelete: 'SET NULL',
        comment: 'Who wrote it; null after erasure.',
      },
      rating: { type: 'smallint', notNull: true, comment: 'One to five.' },
      comment: { type: 'text', comment: 'In words. @pii(free_text)' },
      tutor_response: { type: 'text', comment: 'What the tutor answers. @pii(free_text)' },
      responded_at: { type: 'timestamptz', comment: 'When the tutor answered.' },
      is_visible: {
        type: 'boolean',
        notNull: true,
        default: true,
        comment: 'False: hidden by an administrator; it no longer counts.',
      },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_reviews_deleted_by',
        onDelete: 'SET NULL',
        comment: 'Who soft-deleted the row.',
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
        'What students say of lessons; one a booking. @subject(student_id) @retention(for ever) @erasure(anonymise)',
    },
  );
  pgm.addConstraint('reviews', 'chk_reviews_rating', { check: 'rating BETWEEN 1 AND 5' });
  pgm.addConstraint('reviews', 'chk_reviews_response', { check: '(tutor_response IS NULL) = (responded_at IS NULL)' });
  pgm.addConstraint('reviews', 'uq_review_booking', { unique: ['booking_id'] });
  pgm.createIndex('reviews', ['tutor_profile_id', { name: 'created_at', sort: 'DESC' }], {
    name: 'idx_reviews_tutor',
    where: 'is_visible AND deleted_at IS NULL',
  });
  pgm.createIndex('reviews', 'tutor_profile_id', { name: 'idx_reviews_tutor_profile_id' });
  pgm.createIndex('reviews', 'id', { name: 'idx_reviews_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('reviews', 'student_id', { name: 'idx_reviews_student_id', where: 'student_id IS NOT NULL' });
  pgm.createIndex('reviews', 'deleted_by', { name: 'idx_reviews_deleted_by', where: 'deleted_by IS NOT NULL' });
  pgm.createTrigger('reviews', 'trg_reviews_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('functions/count_review', 1);
  pgm.createTrigger('reviews', 'trg_reviews_count', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'count_review',
  });
  pgm.install('policies/reviews', 1);
  pgm.install('functions/submit_review', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/submit_review', 1);
  pgm.dropTable('reviews');
  pgm.uninstall('functions/count_review', 1);
}
