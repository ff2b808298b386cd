/** When rules were applied, and to how many rows. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'retention_runs',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      policy_id: {
        type: 'integer',
        notNull: true,
        references: 'retention_policies',
        referencesConstraintName: 'fk_retention_runs_policy_id',
        onDelete: 'RESTRICT',
        comment: 'The rule.',
      },
      started_at: { type: 'timestamptz', notNull: true, default: pgm.func('now()'), comment: 'Begin.' },
      finished_at: { type: 'timestamptz', comment: 'End; null: still at it, or died.' },
      row_count: { type: 'integer', notNull: true, default: 0, comment: 'Rows it took.' },
      error: { type: 'text', comment: 'What went wrong.' },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    { comment: 'When retention rules were applied.' },
  );
  pgm.addConstraint('retention_runs', 'chk_retention_runs_order', { check: 'finished_at >= started_at' });
  pgm.addConstraint('retention_runs', 'chk_retention_runs_count', { check: 'row_count >= 0' });
  pgm.createIndex('retention_runs', 'policy_id', { name: 'idx_retention_runs_policy_id' });
  pgm.install('policies/retention_runs', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('retention_runs');
}
