/** What an account says about the person behind it. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'user_profiles',
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
        referencesConstraintName: 'fk_user_profiles_user_id',
        onDelete: 'CASCADE',
        comment: 'The account.',
      },
      first_name: { type: 'varchar(100)', notNull: true, comment: 'Given name. @pii(name)' },
      last_name: { type: 'varchar(100)', notNull: true, comment: 'Family name. @pii(name)' },
      phone: { type: 'varchar(20)', comment: 'Telephone number in E.164 form. @pii(phone)' },
      avatar_key: { type: 'varchar(255)', comment: 'Object key in the bucket user-avatars. @pii(document)' },
      bio: { type: 'text', comment: 'A few words about oneself. @pii(free_text)' },
      country_code: { type: 'varchar(2)', comment: 'ISO 3166-1 alpha-2.' },
      city: { type: 'varchar(100)', comment: 'Where the person lives. @pii(address)' },
      address: { type: 'text', comment: 'Postal address, for invoices. @pii(address)' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_user_profiles_deleted_by',
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
    { comment: 'The person behind an account. @subject(user_id) @retention(5 years inactive) @erasure(delete)' },
  );
  pgm.addConstraint('user_profiles', 'chk_user_profiles_phone', { check: "phone ~ '^\\+[1-9][0-9]{6,14}$'" });
  pgm.addConstraint('user_profiles', 'chk_user_profiles_country_code', { check: "country_code ~ '^[A-Z]{2}$'" });
  pgm.addConstraint('user_profiles', 'uq_user_profiles_user_id', { unique: ['user_id'] });
  pgm.createIndex('user_profiles', 'id', { name: 'idx_user_profiles_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('user_profiles', 'deleted_by', {
    name: 'idx_user_profiles_deleted_by',
    where: 'deleted_by IS NOT NULL',
  });
  pgm.createTrigger('user_profiles', 'trg_user_profiles_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/user_profiles', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('user_profiles');
}
