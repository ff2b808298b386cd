/** What people report to the administrators. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'reports',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      reporter_id: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_reports_reporter_id',
        onDelete: 'SET NULL',
        comment: 'Who reports.',
      },
      reported_user_id: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_reports_reported_user_id',
        onDelete: 'SET NULL',
        comment: 'About whom.',
      },
      booking_id: {
        type: 'integer',
        references: 'bookings',
        referencesConstraintName: 'fk_reports_booking_id',
        onDelete: 'SET NULL',
        comment: 'In which lesson.',
      },
      category: { type: 'varchar(30)', notNull: true, comment: 'What kind.' },
      description: { type: 'text', notNull: true, comment: 'What happened. @pii(free_text)' },
      status: { type: 'varchar(20)', notNull: true, default: 'OPEN', comment: 'Where it stands.' },
      resolved_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_reports_resolved_by',
        onDelete: 'SET NULL',
        comment: 'Who closed it.',
      },
      resolved_at: { type: 'timestamptz', comment: 'When it was closed.' },
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
    {
      comment:
        'Complaints about people, messages and reviews. @subject(reporter_id) @retention(7 years) @erasure(anonymise)',
    },
  );
  pgm.addConstraint('reports', 'chk_reports_category', {
    check: "category IN ('harassment', 'fraud', 'no_show', 'content', 'safety', 'other')",
  });
  pgm.addConstraint('reports', 'chk_reports_status', {
    check: "status IN ('OPEN', 'REVIEWING', 'RESOLVED', 'DISMISSED')",
  });
  pgm.addConstraint('reports', 'chk_reports_resolved', {
    check: "(status IN ('RESOLVED', 'DISMISSED')) = (resolved_at IS NOT NULL)",
  });
  pgm.createIndex('reports', 'created_at', { name: 'idx_reports_open', where: "status IN ('OPEN', 'REVIEWING')" });
  pgm.createIndex('reports', 'reporter_id', { name: 'idx_reports_reporter_id', where: 'reporter_id IS NOT NULL' });
  pgm.createIndex('reports', 'reported_user_id', {
    name: 'idx_reports_reported_user_id',
    where: 'reported_user_id IS NOT NULL',
  });
  pgm.createIndex('reports', 'booking_id', { name: 'idx_reports_booking_id', where: 'booking_id IS NOT NULL' });
  pgm.createIndex('reports', 'resolved_by', { name: 'idx_reports_resolved_by', where: 'resolved_by IS NOT NULL' });
  pgm.createTrigger('reports', 'trg_reports_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/reports', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('reports');
}
