/** What people agreed to, and when they took it back. Append-only. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'user_consents',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      user_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_user_consents_user_id',
        onDelete: 'CASCADE',
        comment: 'Who.',
      },
      purpose: { type: 'varchar(50)', notNull: true, comment: 'To what.' },
      document_version: { type: 'varchar(20)', notNull: true, comment: 'Which wording.' },
      is_granted: { type: 'boolean', notNull: true, default: true, comment: 'False: taken back.' },
      ip_address: { type: 'inet', comment: 'From where. @pii(address)' },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    { comment: 'What people agreed to. @subject(user_id) @retention(7 years) @erasure(keep)' },
  );
  pgm.addConstraint('user_consents', 'chk_user_consents_purpose', {
    check: "purpose IN ('terms', 'privacy', 'marketing', 'recording', 'cookies')",
  });
  pgm.createIndex('user_consents', ['user_id', 'purpose', { name: 'id', sort: 'DESC' }], {
    name: 'idx_user_consents_user',
  });
  pgm.install('policies/user_consents', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('user_consents');
}
