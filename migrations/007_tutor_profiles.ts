/** What a tutor shows, what a lesson costs, whether the profile is approved; searchable. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'tutor_profiles',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      user_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_tutor_profiles_user_id',
        onDelete: 'CASCADE',
        comment: "The tutor's account.",
      },
      title: { type: 'varchar(200)', notNull: true, comment: 'First line of the profile. @pii(free_text)' },
      headline: { type: 'varchar(255)', comment: 'Second line of the profile. @pii(free_text)' },
      bio: { type: 'text', comment: 'About the tutor. @pii(free_text)' },
      teaching_philosophy: { type: 'text', comment: 'How the tutor teaches. @pii(free_text)' },
      hourly_rate: {
        type: 'numeric(10,2)',
        notNull: true,
        comment: 'Price of sixty minutes in major units of currency.',
      },
      currency: {
        type: 'varchar(3)',
        notNull: true,
        default: 'USD',
        comment: 'Currency of the hourly rate (ISO 4217).',
      },
      is_approved: {
        type: 'boolean',
        notNull: true,
        default: false,
        comment: 'True exactly when profile_status is approved; only then can lessons be booked.',
      },
      profile_status: {
        type: 'varchar(20)',
        notNull: true,
        default: 'incomplete',
        comment: 'Where the profile stands in the review.',
      },
      rejected_reason: {
        type: 'text',
        comment: 'Why a review said no; the tutor and administrators read it. @pii(free_text)',
      },
      average_rating: { type: 'numeric(3,2)', comment: 'Mean of the visible reviews; null without one.' },
      total_reviews: { type: 'integer', notNull: true, default: 0, comment: 'Number of visible reviews.' },
      total_sessions: { type: 'integer', notNull: true, default: 0, comment: 'Number of sessions held to completion.' },
      badges: {
        type: 'text[]',
        notNull: true,
        default: '{}',
        comment: 'Distinctions shown beside the profile: top_rated, fast_responder.',
      },
      stripe_account_id: { type: 'varchar(255)', comment: 'Connected account for payouts. @pii(credential)' },
      stripe_charges_enabled: {
        type: 'boolean',
        notNull: true,
        default: false,
        comment: 'The connected account may take charges.',
      },
      stripe_payouts_enabled: {
        type: 'boolean',
        notNull: true,
        default: false,
        comment: 'The connected account may receive payouts.',
      },
      search_vector: {
        type: 'tsvector',
        comment: 'Title (A), headline (B), bio and philosophy (C); kept by trigger. @pii(free_text)',
      },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_tutor_profiles_deleted_by',
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
        'Tutors: the public profile, rates and approval. @subject(user_id) @retention(5 years inactive) @erasure(anonymise)',
    },
  );
  pgm.addConstraint('tutor_profiles', 'chk_tutor_profiles_hourly_rate', { check: 'hourly_rate > 0' });
  pgm.addConstraint('tutor_profiles', 'chk_tutor_profiles_currency', { check: "currency ~ '^[A-Z]{3}$'" });
  pgm.addConstraint('tutor_profiles', 'chk_tutor_profiles_status', {
    check: "profile_status IN ('incomplete', 'pending_approval', 'under_review', 'approved', 'rejected', 'archived')",
  });
  pgm.addConstraint('tutor_profiles', 'chk_tutor_profiles_approved', {
    check: "is_approved = (profile_status = 'approved')",
  });
  pgm.addConstraint('tutor_profiles', 'chk_tutor_profiles_rating', { check: 'average_rating BETWEEN 0 AND 5' });
  pgm.addConstraint('tutor_profiles', 'chk_tutor_profiles_counts', {
    check: 'total_reviews >= 0 AND total_sessions >= 0 AND (total_reviews = 0) = (average_rating IS NULL)',
  });
  pgm.addConstraint('tutor_profiles', 'uq_tutor_profiles_user_id', { unique: ['user_id'] });
  pgm.createIndex('tutor_profiles', 'search_vector', { name: 'idx_tutor_profiles_search', method: 'gin' });
  pgm.createIndex('tutor_profiles', 'badges', { name: 'idx_tutor_profiles_badges', method: 'gin' });
  pgm.createIndex('tutor_profiles', [{ name: 'average_rating', sort: 'DESC' }, 'id'], {
    name: 'idx_tutor_profiles_approved',
    where: 'is_approved AND deleted_at IS NULL',
  });
  pgm.createIndex('tutor_profiles', ['currency', 'hourly_rate'], {
    name: 'idx_tutor_profiles_rate',
    where: 'is_approved AND deleted_at IS NULL',
  });
  pgm.createIndex('tutor_profiles', ['profile_status', 'created_at'], {
    name: 'idx_tutor_profiles_review_queue',
    where: "profile_status IN ('pending_approval', 'under_review')",
  });
  pgm.createIndex('tutor_profiles', 'stripe_account_id', {
    name: 'idx_tutor_profiles_stripe_account_id',
    unique: true,
    where: 'stripe_account_id IS NOT NULL',
  });
  pgm.createIndex('tutor_profiles', 'id', { name: 'idx_tutor_profiles_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('tutor_profiles', 'deleted_by', {
    name: 'idx_tutor_profiles_deleted_by',
    where: 'deleted_by IS NOT NULL',
  });
  pgm.createTrigger('tutor_profiles', 'trg_tutor_profiles_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('functions/current_tutor_profile_id', 1);
  pgm.install('functions/my_tutor_account', 1);
  pgm.install('functions/set_search_vector', 1);
  pgm.install('functions/guard_tutor_profile', 1);
  pgm.createTrigger('tutor_profiles', 'trg_tutor_profiles_guard', {
    when: 'BEFORE',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'guard_tutor_profile',
  });
  pgm.createTrigger('tutor_profiles', 'trg_tutor_profiles_search', {
    when: 'BEFORE',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'set_search_vector',
  });
  pgm.install('policies/tutor_profiles', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('tutor_profiles');
  pgm.uninstall('functions/guard_tutor_profile', 1);
  pgm.uninstall('functions/set_search_vector', 1);
  pgm.uninstall('functions/my_tutor_account', 1);
  pgm.uninstall('functions/current_tutor_profile_id', 1);
}
