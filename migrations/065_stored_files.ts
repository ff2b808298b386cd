/** What lies in the object storage; only metadata lives here. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.install('functions/guard_stored_file', 1);
  pgm.createTable(
    'stored_files',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      bucket_name: {
        type: 'varchar(63)',
        notNull: true,
        references: 'file_buckets',
        referencesConstraintName: 'fk_stored_files_bucket_name',
        onDelete: 'RESTRICT',
        comment: "The bucket (no person's name).",
      },
      object_key: { type: 'varchar(255)', notNull: true, comment: 'Key inside the bucket. @pii(document)' },
      owner_id: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_stored_files_owner_id',
        onDelete: 'SET NULL',
        comment: 'Whose it is.',
      },
      mime_type: { type: 'varchar(100)', notNull: true, comment: 'Media type.' },
      size_bytes: { type: 'integer', notNull: true, comment: 'Size.' },
      checksum: { type: 'varchar(64)', notNull: true, comment: 'SHA-256 of the content.' },
      object_deleted_at: { type: 'timestamptz', comment: 'When the object itself was removed.' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_stored_files_deleted_by',
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
    { comment: 'Objects in the object storage. @subject(owner_id) @retention(30 days once deleted) @erasure(delete)' },
  );
  pgm.addConstraint('stored_files', 'chk_stored_files_size', { check: 'size_bytes > 0' });
  pgm.addConstraint('stored_files', 'chk_stored_files_checksum', { check: "checksum ~ '^[0-9a-f]{64}$'" });
  pgm.addConstraint('stored_files', 'chk_stored_files_key', {
    check:
      "CASE bucket_name WHEN 'user-avatars' THEN object_key ~ '^[0-9]+/avatar(_thumb)?\\.(jpg|jpeg|png|webp)$' WHEN 'tutor-assets' THEN object_key ~ '^[0-9]+/(certifications|education|profile_photos)/[^/]+$' WHEN 'message-attachments' THEN object_key ~ '^[0-9]+/[^/]+$' ELSE true END",
  });
  pgm.addConstraint('stored_files', 'uq_stored_files_key', { unique: ['bucket_name', 'object_key'] });
  pgm.createIndex('stored_files', 'id', { name: 'idx_stored_files_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('stored_files', 'owner_id', { name: 'idx_stored_files_owner_id', where: 'owner_id IS NOT NULL' });
  pgm.createIndex('stored_files', 'deleted_by', {
    name: 'idx_stored_files_deleted_by',
    where: 'deleted_by IS NOT NULL',
  });
  pgm.createTrigger('stored_files', 'trg_stored_files_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.createTrigger('stored_files', 'trg_stored_files_guard', {
    when: 'BEFORE',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'guard_stored_file',
  });
  pgm.install('policies/stored_files', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('stored_files');
  pgm.uninstall('functions/guard_stored_file', 1);
}
