/** Accounts, and the functions that tell who asks. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'users',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      email: { type: 'varchar(254)', notNull: true, comment: 'Sign-in address, unique whatever its case. @pii(email)' },
      hashed_password: {
        type: 'varchar(255)',
        notNull: true,
        comment: 'Password hash; never exported. @pii(credential)',
      },
      role: {
        type: 'varchar(20)',
        notNull: true,
        default: 'student',
        comment: 'What the account may do; only an administrator changes it.',
      },
      is_active: { type: 'boolean', notNull: true, default: true, comment: 'False: the account may not act.' },
      is_verified: { type: 'boolean', notNull: true, default: false, comment: 'The address has been confirmed.' },
      currency: {
        type: 'varchar(3)',
        notNull: true,
        default: 'USD',
        comment: 'Currency the person sees prices in (ISO 4217).',
      },
      timezone: {
        type: 'varchar(64)',
        notNull: true,
        default: 'UTC',
        comment: "IANA time zone; a tutor's availability is read in it.",
      },
      google_id: { type: 'varchar(255)', comment: 'Subject of the Google sign-in. @pii(credential)' },
      google_calendar_access_token: { type: 'text', comment: 'OAuth access token; never exported. @pii(credential)' },
      google_calendar_refresh_token: { type: 'text', comment: 'OAuth refresh token; never exported. @pii(credential)' },
      last_active_at: { type: 'timestamptz', comment: 'Last sign of life; inactivity counts from here.' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_users_deleted_by',
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
    { comment: 'Accounts: everybody who can sign in. @subject(id) @retention(5 years inactive) @erasure(anonymise)' },
  );
  pgm.addConstraint('users', 'chk_users_role', { check: "role IN ('student', 'tutor', 'admin', 'owner')" });
  pgm.addConstraint('users', 'chk_users_currency', { check: "currency ~ '^[A-Z]{3}$'" });
  pgm.addConstraint('users', 'chk_users_email', { check: "email ~ '^[^@\\s]+@[^@\\s]+$'" });
  pgm.addConstraint('users', 'chk_users_timezone', { check: "timezone <> ''" });
  pgm.addConstraint('users', 'uq_users_email', { unique: ['email'] });
  pgm.createIndex('users', 'lower(email)', { name: 'idx_users_email_lower', unique: true });
  pgm.createIndex('users', 'role', { name: 'idx_users_role', where: 'is_active' });
  pgm.createIndex('users', 'google_id', { name: 'idx_users_google_id', unique: true, where: 'google_id IS NOT NULL' });
  pgm.createIndex('users', 'last_active_at', { name: 'idx_users_last_active_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('users', 'id', { name: 'idx_users_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('users', 'deleted_by', { name: 'idx_users_deleted_by', where: 'deleted_by IS NOT NULL' });
  pgm.createTrigger('users', 'trg_users_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('functions/current_user_role', 1);
  pgm.install('functions/is_admin', 1);
  pgm.install('functions/is_system', 1);
  pgm.install('functions/guard_user', 1);
  pgm.createTrigger('users', 'trg_users_guard', {
    when: 'BEFORE',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'guard_user',
  });
  pgm.install('policies/users', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('users');
  pgm.uninstall('functions/guard_user', 1);
  pgm.uninstall('functions/is_system', 1);
  pgm.uninstall('functions/is_admin', 1);
  pgm.uninstall('functions/current_user_role', 1);
}
