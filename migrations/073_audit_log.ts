/** Who changed what; each row sealed with the hash of the one before. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'audit_log',
    {
      id: {
        type: 'bigint',
        notNull: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Order of the chain.',
      },
      actor_id: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_audit_log_actor_id',
        onDelete: 'SET NULL',
        comment: 'Who; null: the system, or an erased person.',
      },
      actor_role: { type: 'varchar(20)', notNull: true, comment: 'In which role.' },
      table_name: { type: 'varchar(63)', notNull: true, comment: "Which table (no person's name)." },
      row_id: { type: 'bigint', comment: 'Which row.' },
      operation: { type: 'varchar(10)', notNull: true, comment: 'What was done.' },
      changed_columns: { type: 'text[]', notNull: true, comment: 'Which columns.' },
      old_values: {
        type: 'jsonb',
        notNull: true,
        default: '{}',
        comment: 'Before, of columns without personal data only.',
      },
      new_values: {
        type: 'jsonb',
        notNull: true,
        default: '{}',
        comment: 'After, of columns without personal data only.',
      },
      previous_hash: { type: 'varchar(64)', comment: 'Hash of the row before; null for the first.' },
      row_hash: { type: 'varchar(64)', notNull: true, comment: 'SHA-256 over this row and the hash before.' },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    {
      constraints: { primaryKey: ['id', 'created_at'] },
      partition: { strategy: 'RANGE', columns: 'created_at' },
      comment:
        'Who changed what, chained by hashes; append-only. @subject(actor_id) @retention(7 years) @erasure(anonymise)',
    },
  );
  pgm.addConstraint('audit_log', 'chk_audit_log_operation', { check: "operation IN ('INSERT', 'UPDATE', 'DELETE')" });
  pgm.createIndex('audit_log', ['table_name', 'row_id', { name: 'id', sort: 'DESC' }], { name: 'idx_audit_log_row' });
  pgm.createIndex('audit_log', 'changed_columns', { name: 'idx_audit_log_changed_columns', method: 'gin' });
  pgm.createIndex('audit_log', 'actor_id', { name: 'idx_audit_log_actor_id', where: 'actor_id IS NOT NULL' });
  pgm.install('policies/audit_log', 1);
  pgm.install('functions/audit_hash', 1);
  pgm.install('functions/chain_audit', 1);
  pgm.createTrigger('audit_log', 'trg_audit_log_chain', {
    when: 'BEFORE',
    operation: 'INSERT',
    level: 'ROW',
    function: 'chain_audit',
  });
  pgm.createTrigger('audit_log', 'trg_audit_log_append_only', {
    when: 'BEFORE',
    operation: ['UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'refuse_change',
  });
  pgm.sql(`SELECT create_month_partitions('audit_log', 0)`);
  pgm.install('functions/verify_audit_chain', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/verify_audit_chain', 1);
  pgm.dropTrigger('audit_log', 'trg_audit_log_chain');
  pgm.uninstall('functions/chain_audit', 1);
  pgm.uninstall('functions/audit_hash', 1);
  pgm.dropTable('audit_log');
}
