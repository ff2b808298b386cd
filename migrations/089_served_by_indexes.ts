/**
 * Policies that an index can serve, and none asked twice: search reaches the indexes of tutors, and administrators are asked who they are
 * before each row is looked up in another table.
 */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/search_tutors', 3);
  pgm.sql(`
    ALTER POLICY booking_transitions_select ON booking_transitions
      USING ((SELECT is_admin()) OR EXISTS (SELECT FROM bookings b WHERE b.id = booking_transitions.booking_id));
    ALTER POLICY payments_select ON payments
      USING ((SELECT is_admin()) OR EXISTS (SELECT FROM bookings b WHERE b.id = payments.booking_id));
    ALTER POLICY refunds_select ON refunds
      USING ((SELECT is_admin()) OR EXISTS (SELECT FROM payments p WHERE p.id = refunds.payment_id));
    ALTER POLICY wallet_transactions_select ON wallet_transactions
      USING ((SELECT is_admin()) OR EXISTS (SELECT FROM wallets w WHERE w.id = wallet_transactions.wallet_id));
  `);
}

export function down(pgm: MigrationBuilder): void {
  pgm.sql(`
    ALTER POLICY wallet_transactions_select ON wallet_transactions
      USING (EXISTS (SELECT FROM wallets w WHERE w.id = wallet_transactions.wallet_id));
    ALTER POLICY refunds_select ON refunds USING (EXISTS (SELECT FROM payments p WHERE p.id = refunds.payment_id));
    ALTER POLICY payments_select ON payments USING (EXISTS (SELECT FROM bookings b WHERE b.id = payments.booking_id));
    ALTER POLICY booking_transitions_select ON booking_transitions
      USING (EXISTS (SELECT FROM bookings b WHERE b.id = booking_transitions.booking_id));
  `);
  pgm.uninstall('functions/search_tutors', 3);
}
