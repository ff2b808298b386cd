/** The ledger keeps its wallets once per statement: a load of history touches each wallet once, not once an entry. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.dropTrigger('wallet_transactions', 'trg_wallet_transactions_balanced');
  pgm.dropTrigger('wallet_transactions', 'trg_wallet_transactions_balance');
  pgm.remove('functions/check_transfer', 1);
  pgm.install('functions/keep_wallet', 2);
  pgm.install('functions/post_transfer', 2);
  pgm.sql(`
    CREATE TRIGGER trg_wallet_transactions_keep AFTER INSERT ON wallet_transactions REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION keep_wallet();
  `);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTrigger('wallet_transactions', 'trg_wallet_transactions_keep');
  pgm.uninstall('functions/post_transfer', 2);
  pgm.uninstall('functions/keep_wallet', 2);
  pgm.install('functions/check_transfer', 1);
  pgm.createTrigger('wallet_transactions', 'trg_wallet_transactions_balance', {
    when: 'BEFORE',
    operation: 'INSERT',
    level: 'ROW',
    function: 'keep_wallet',
  });
  pgm.createTrigger('wallet_transactions', 'trg_wallet_transactions_balanced', {
    when: 'AFTER',
    constraint: true,
    deferrable: true,
    deferred: true,
    operation: 'INSERT',
    level: 'ROW',
    function: 'check_transfer',
  });
}
