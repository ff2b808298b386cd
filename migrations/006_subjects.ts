/** What can be taught. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'subjects',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      code: { type: 'varchar(50)', notNull: true, comment: 'Stable code for programs: mathematics.' },
      name: { type: 'varchar(100)', notNull: true, comment: "Name shown to people (a product name, no person's)." },
      category: { type: 'varchar(50)', notNull: true, comment: 'Group in the catalogue: science, languages.' },
      description: { type: 'text', comment: 'What the subject covers.' },
      is_active: { type: 'boolean', notNull: true, default: true, comment: 'Offered to new bookings.' },
      sort_order: { type: 'integer', notNull: true, default: 0, comment: 'Place within its category.' },
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
    { comment: 'Reference: what can be taught.' },
  );
  pgm.addConstraint('subjects', 'chk_subjects_code', { check: "code ~ '^[a-z][a-z0-9_]*$'" });
  pgm.addConstraint('subjects', 'uq_subjects_code', { unique: ['code'] });
  pgm.addConstraint('subjects', 'uq_subjects_name', { unique: ['name'] });
  pgm.createIndex('subjects', ['category', 'sort_order'], { name: 'idx_subjects_category', where: 'is_active' });
  pgm.createTrigger('subjects', 'trg_subjects_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/subjects', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('subjects');
}
