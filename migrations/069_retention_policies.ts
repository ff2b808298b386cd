/** How long what is kept, as data. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'retention_policies',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      table_name: { type: 'varchar(63)', notNull: true, comment: "Which table (no person's name)." },
      rule: { type: 'varchar(50)', notNull: true, comment: "Name of the rule within the table (no person's)." },
      keep: { type: 'interval', comment: 'How long; null: for ever.' },
      counted_from: { type: 'varchar(63)', comment: 'Column the time counts from.' },
      condition: { type: 'varchar(200)', comment: 'Which rows, as SQL.' },
      action: { type: 'varchar(20)', notNull: true, comment: 'What happens then.' },
      is_active: { type: 'boolean', notNull: true, default: true, comment: 'In force.' },
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
    { comment: 'Reference: how long rows are kept, and what happens then.' },
  );
  pgm.addConstraint('retention_policies', 'chk_retention_policies_action', {
    check: "action IN ('delete', 'archive', 'anonymise', 'drop_partition', 'keep')",
  });
  pgm.addConstraint('retention_policies', 'chk_retention_policies_keep', {
    check: "(action = 'keep') = (keep IS NULL)",
  });
  pgm.addConstraint('retention_policies', 'uq_retention_policies', { unique: ['table_name', 'rule'] });
  pgm.createTrigger('retention_policies', 'trg_retention_policies_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/retention_policies', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('retention_policies');
}
