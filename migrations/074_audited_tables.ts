/** Which tables are watched: accounts, approvals, money that leaves. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/audit_row', 1);
  pgm.createTrigger('users', 'trg_users_audit', {
    when: 'AFTER',
    operation: ['UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'audit_row',
    functionParams: ['role', 'is_active', 'is_verified'],
  });
  pgm.createTrigger('tutor_profiles', 'trg_tutor_profiles_audit', {
    when: 'AFTER',
    operation: ['UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'audit_row',
    functionParams: ['is_approved', 'profile_status', 'stripe_payouts_enabled'],
  });
  pgm.createTrigger('payouts', 'trg_payouts_audit', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'audit_row',
    functionParams: ['status', 'amount_cents', 'currency'],
  });
  pgm.createTrigger('refunds', 'trg_refunds_audit', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'audit_row',
    functionParams: ['amount_cents', 'currency', 'reason'],
  });
  pgm.createTrigger('reports', 'trg_reports_audit', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'audit_row',
    functionParams: ['status'],
  });
  pgm.createTrigger('data_subject_requests', 'trg_data_subject_requests_audit', {
    when: 'AFTER',
    operation: ['INSERT', 'UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'audit_row',
    functionParams: ['status', 'kind'],
  });
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTrigger('data_subject_requests', 'trg_data_subject_requests_audit');
  pgm.dropTrigger('reports', 'trg_reports_audit');
  pgm.dropTrigger('refunds', 'trg_refunds_audit');
  pgm.dropTrigger('payouts', 'trg_payouts_audit');
  pgm.dropTrigger('tutor_profiles', 'trg_tutor_profiles_audit');
  pgm.dropTrigger('users', 'trg_users_audit');
  pgm.uninstall('functions/audit_row', 1);
}
