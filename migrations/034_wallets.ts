/** Who holds how much. A balance moves only by entries, and the entries of a transfer add up to nothing. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/guard_wallet', 1);
  pgm.createTable(
    'wallets',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      kind: {
        type: 'varchar(20)',
        notNull: true,
        default: 'user',
        comment:
          'A person, the platform, or the world outside (banks, providers), which alone may be negative with the platform.',
      },
      user_id: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_wallets_user_id',
        onDelete: 'RESTRICT',
        comment: 'Whose it is; null for platform and external.',
      },
      currency: { type: 'varchar(3)', notNull: true, comment: 'Currency (ISO 4217).' },
      balance_cents: {
        type: 'bigint',
        notNull: true,
        default: 0,
        comment: 'Sum of its transactions in minor units; kept by trigger.',
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
    { comment: 'Who holds how much, in one currency each. @subject(user_id) @retention(for ever) @erasure(keep)' },
  );
  pgm.addConstraint('wallets', 'chk_wallets_kind', { check: "kind IN ('user', 'platform', 'external')" });
  pgm.addConstraint('wallets', 'chk_wallets_owner', { check: "(kind = 'user') = (user_id IS NOT NULL)" });
  pgm.addConstraint('wallets', 'chk_wallets_currency', { check: "currency ~ '^[A-Z]{3}$'" });
  pgm.addConstraint('wallets', 'chk_wallets_balance', { check: "kind <> 'user' OR balance_cents >= 0" });
  pgm.createIndex('wallets', ['user_id', 'currency'], {
    name: 'uq_wallets_user',
    unique: true,
    where: 'user_id IS NOT NULL',
  });
  pgm.createIndex('wallets', ['kind', 'currency'], { name: 'uq_wallets_kind', unique: true, where: 'user_id IS NULL' });
  pgm.createTrigger('wallets', 'trg_wallets_bump_version', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'bump_version',
  });
  pgm.createTrigger('wallets', 'trg_wallets_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.createTrigger('wallets', 'trg_wallets_guard', {
    when: 'BEFORE',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'guard_wallet',
  });
  pgm.install('policies/wallets', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('wallets');
  pgm.uninstall('functions/guard_wallet', 1);
}
