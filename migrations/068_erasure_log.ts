/** Proof that a person was erased, without naming the person. Append-only. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'erasure_log',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      request_id: {
        type: 'integer',
        references: 'data_subject_requests',
        referencesConstraintName: 'fk_erasure_log_request_id',
        onDelete: 'RESTRICT',
        comment: 'The request.',
      },
      subject_digest: {
        type: 'varchar(64)',
        notNull: true,
        comment: "Salted SHA-256 of the person's id: proof without a name.",
      },
      table_name: { type: 'varchar(63)', notNull: true, comment: "Which table (no person's name)." },
      action: { type: 'varchar(20)', notNull: true, comment: 'What was done.' },
      row_count: { type: 'integer', notNull: true, comment: 'To how many rows.' },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    { comment: 'Proof of erasures. @retention(7 years) @erasure(keep)' },
  );
  pgm.addConstraint('erasure_log', 'chk_erasure_log_action', { check: "action IN ('delete', 'anonymise', 'keep')" });
  pgm.addConstraint('erasure_log', 'chk_erasure_log_count', { check: 'row_count >= 0' });
  pgm.addConstraint('erasure_log', 'chk_erasure_log_digest', { check: "subject_digest ~ '^[0-9a-f]{64}$'" });
  pgm.createIndex('erasure_log', 'request_id', { name: 'idx_erasure_log_request_id', where: 'request_id IS NOT NULL' });
  pgm.createTrigger('erasure_log', 'trg_erasure_log_append_only', {
    when: 'BEFORE',
    operation: ['UPDATE', 'DELETE'],
    level: 'ROW',
    function: 'refuse_change',
  });
  pgm.install('policies/erasure_log', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('erasure_log');
}
