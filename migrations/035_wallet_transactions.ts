/** The ledger: two entries a transfer, never changed. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/keep_wallet', 1);
  pgm.createTable(
    'wallet_transactions',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      wallet_id: {
        type: 'integer',
        notNull: true,
        references: 'wallets',
        referencesConstraintName: 'fk_wallet_transactions_wallet_id',
        onDelete: 'RESTRICT',
        comment: 'The wallet it moves.',
      },
      transfer_id: { type: 'uuid', notNull: true, comment: 'Entries of one transfer share it and add up to nothing.' },
      type: { type: 'varchar(20)', notNull: true, comment: 'Why the money moves.' },
      amount_cents: { type: 'bigint', notNull: true, comment: 'Into the wallet, or out of it when negative.' },
      balance_after_cents: {
        type: 'bigint',
        notNull: true,
        comment: 'Balance of the wallet after it; kept by trigger.',
      },
      booking_id: {
        type: 'integer',
        references: 'bookings',
        referencesConstraintName: 'fk_wallet_transactions_booking_id',
        onDelete: 'RESTRICT',
        comment: 'The lesson it is about.',
      },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    { comment: 'Ledger entries, two a transfer, append-only. @retention(for ever) @erasure(keep)' },
  );
  pgm.addConstraint('wallet_transactions', 'chk_wallet_transactions_type', {
    check: "type IN ('DEPOSIT', 'WITHDRAWAL', 'EARNING', 'FEE', 'REFUND', 'CLAWBACK', 'PAYOUT')",
  });
  pgm.addConstraint('wallet_transactions', 'chk_wallet_transactions_amount', { check: 'amount_cents <> 0' });
  pgm.createIndex('wallet_transactions', ['wallet_id', { name: 'id', sort: 'DESC' }], {
    name: 'idx_wallet_transactions_wallet',
  });
  pgm.createIndex('wallet_transactions', 'transfer_id', { name: 'idx_wallet_transactions_transfer' });
  pgm.createIndex('wallet_transactions', 'booking_id', {
    name: 'idx_wallet_transactions_booking_id',
    where: 'booking_id IS NOT NULL',
  });
  pgm.createTrigger('wallet_transactions', 'trg_wallet_transactions_balance', {
    when: 'BEFORE',
    operation: 'INSERT',
    level: 'ROW',
    function: 'keep_wallet',
  });
  pgm.createTrigger('wallet_transactions', 'trg_wallet_transactions_append_only', {
    when: 'BEFORE',
    operation: ['UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'refuse_change',
  });
  pgm.install('functions/check_transfer', 1);
  pgm.createTrigger('wallet_transactions', 'trg_wallet_transactions_balanced', {
    when: 'AFTER',
    constraint: true,
    deferrable: true,
    deferred: true,
    operation: 'INSERT',
    level: 'ROW',
    function: 'check_transfer',
  });
  pgm.install('policies/wallet_transactions', 1);
  pgm.install('functions/wallet_for', 1);
  pgm.install('functions/post_transfer', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/post_transfer', 1);
  pgm.uninstall('functions/wallet_for', 1);
  pgm.dropTable('wallet_transactions');
  pgm.uninstall('functions/check_transfer', 1);
  pgm.uninstall('functions/keep_wallet', 1);
}
