/** What people ask about their own data. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'data_subject_requests',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      user_id: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_data_subject_requests_user_id',
        onDelete: 'SET NULL',
        comment: 'Who asks; null after erasure.',
      },
      kind: { type: 'varchar(20)', notNull: true, comment: 'What is asked.' },
      status: { type: 'varchar(20)', notNull: true, default: 'RECEIVED', comment: 'Where it stands.' },
      due_at: { type: 'timestamptz', notNull: true, comment: 'By when it must be answered.' },
      completed_at: { type: 'timestamptz', comment: 'When it was answered.' },
      handled_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_data_subject_requests_handled_by',
        onDelete: 'SET NULL',
        comment: 'The administrator who answered.',
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
    { comment: 'Requests of persons about their data. @subject(user_id) @retention(7 years) @erasure(keep)' },
  );
  pgm.addConstraint('data_subject_requests', 'chk_data_subject_requests_kind', {
    check: "kind IN ('EXPORT', 'ERASURE', 'RECTIFICATION', 'RESTRICTION')",
  });
  pgm.addConstraint('data_subject_requests', 'chk_data_subject_requests_status', {
    check: "status IN ('RECEIVED', 'IN_PROGRESS', 'COMPLETED', 'REFUSED')",
  });
  pgm.addConstraint('data_subject_requests', 'chk_data_subject_requests_completed', {
    check: "(status IN ('COMPLETED', 'REFUSED')) = (completed_at IS NOT NULL)",
  });
  pgm.createIndex('data_subject_requests', 'due_at', {
    name: 'idx_data_subject_requests_due',
    where: "status IN ('RECEIVED', 'IN_PROGRESS')",
  });
  pgm.createIndex('data_subject_requests', 'user_id', {
    name: 'idx_data_subject_requests_user_id',
    where: 'user_id IS NOT NULL',
  });
  pgm.createIndex('data_subject_requests', 'handled_by', {
    name: 'idx_data_subject_requests_handled_by',
    where: 'handled_by IS NOT NULL',
  });
  pgm.createTrigger('data_subject_requests', 'trg_data_subject_requests_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/data_subject_requests', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('data_subject_requests');
}
