/** What they write. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'messages',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      conversation_id: {
        type: 'integer',
        notNull: true,
        references: 'conversations',
        referencesConstraintName: 'fk_messages_conversation_id',
        onDelete: 'RESTRICT',
        comment: 'The conversation.',
      },
      sender_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_messages_sender_id',
        onDelete: 'RESTRICT',
        comment: 'Who wrote.',
      },
      recipient_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_messages_recipient_id',
        onDelete: 'RESTRICT',
        comment: 'To whom.',
      },
      body: { type: 'text', notNull: true, comment: 'The text. @pii(free_text)' },
      is_read: { type: 'boolean', notNull: true, default: false, comment: 'Read by the recipient.' },
      read_at: { type: 'timestamptz', comment: 'When it was read.' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_messages_deleted_by',
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
    { comment: 'Messages. @subject(sender_id) @retention(5 years inactive) @erasure(anonymise)' },
  );
  pgm.addConstraint('messages', 'chk_messages_two', { check: 'sender_id <> recipient_id' });
  pgm.addConstraint('messages', 'chk_messages_body', { check: 'length(body) BETWEEN 1 AND 10000' });
  pgm.addConstraint('messages', 'chk_messages_read', { check: 'is_read = (read_at IS NOT NULL)' });
  pgm.createIndex('messages', ['sender_id', 'recipient_id', { name: 'created_at', sort: 'DESC' }], {
    name: 'idx_messages_conversation',
  });
  pgm.createIndex('messages', ['recipient_id', 'created_at'], {
    name: 'idx_messages_unread',
    where: 'is_read = FALSE',
  });
  pgm.createIndex('messages', ['conversation_id', { name: 'id', sort: 'DESC' }], {
    name: 'idx_messages_thread',
    where: 'deleted_at IS NULL',
  });
  pgm.createIndex('messages', 'id', { name: 'idx_messages_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('messages', 'conversation_id', { name: 'idx_messages_conversation_id' });
  pgm.createIndex('messages', 'recipient_id', { name: 'idx_messages_recipient_id' });
  pgm.createIndex('messages', 'deleted_by', { name: 'idx_messages_deleted_by', where: 'deleted_by IS NOT NULL' });
  pgm.createTrigger('messages', 'trg_messages_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/messages', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('messages');
}
