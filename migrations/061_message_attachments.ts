/** Files beside messages. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'message_attachments',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      message_id: {
        type: 'bigint',
        notNull: true,
        references: 'messages',
        referencesConstraintName: 'fk_message_attachments_message_id',
        onDelete: 'CASCADE',
        comment: 'The message.',
      },
      uploaded_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_message_attachments_uploaded_by',
        onDelete: 'SET NULL',
        comment: 'Who sent it.',
      },
      object_key: {
        type: 'varchar(255)',
        notNull: true,
        comment: 'Object key in the bucket message-attachments. @pii(document)',
      },
      filename: { type: 'varchar(255)', notNull: true, comment: 'Name the sender gave. @pii(free_text)' },
      mime_type: { type: 'varchar(100)', notNull: true, comment: 'Media type.' },
      size_bytes: { type: 'integer', notNull: true, comment: 'Size.' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_message_attachments_deleted_by',
        onDelete: 'SET NULL',
        comment: 'Who soft-deleted the row.',
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
    { comment: 'Files beside messages. @subject(uploaded_by) @erasure(delete)' },
  );
  pgm.addConstraint('message_attachments', 'chk_message_attachments_size', {
    check: 'size_bytes BETWEEN 1 AND 10485760',
  });
  pgm.addConstraint('message_attachments', 'chk_message_attachments_mime', {
    check: "mime_type IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')",
  });
  pgm.addConstraint('message_attachments', 'chk_message_attachments_key', { check: "object_key ~ '^[0-9]+/[^/]+$'" });
  pgm.addConstraint('message_attachments', 'uq_message_attachments_key', { unique: ['object_key'] });
  pgm.createIndex('message_attachments', 'id', {
    name: 'idx_message_attachments_deleted_at',
    where: 'deleted_at IS NULL',
  });
  pgm.createIndex('message_attachments', 'message_id', { name: 'idx_message_attachments_message_id' });
  pgm.createIndex('message_attachments', 'uploaded_by', {
    name: 'idx_message_attachments_uploaded_by',
    where: 'uploaded_by IS NOT NULL',
  });
  pgm.createIndex('message_attachments', 'deleted_by', {
    name: 'idx_message_attachments_deleted_by',
    where: 'deleted_by IS NOT NULL',
  });
  pgm.createTrigger('message_attachments', 'trg_message_attachments_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/message_attachments', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('message_attachments');
}
