/** Where files may lie, how their keys look, how big they may be. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'file_buckets',
    {
      name: { type: 'varchar(63)', primaryKey: true, comment: "Bucket (no person's name)." },
      key_pattern: { type: 'varchar(255)', notNull: true, comment: 'Regular expression that every key must match.' },
      max_size_bytes: { type: 'integer', notNull: true, default: 10485760, comment: 'Largest object.' },
      mime_types: { type: 'text[]', notNull: true, comment: 'Media types let in.' },
      url_ttl_seconds: { type: 'integer', notNull: true, default: 300, comment: 'How long a signed address lives.' },
      is_public: { type: 'boolean', notNull: true, default: false, comment: 'Readable without a signature.' },
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
    { comment: 'Reference: buckets of the object storage and their rules.' },
  );
  pgm.addConstraint('file_buckets', 'chk_file_buckets_size', { check: 'max_size_bytes BETWEEN 1 AND 10485760' });
  pgm.addConstraint('file_buckets', 'chk_file_buckets_mime', {
    check:
      "cardinality(mime_types) > 0 AND mime_types <@ ARRAY['image/jpeg', 'image/png', 'image/webp', 'application/pdf']",
  });
  pgm.addConstraint('file_buckets', 'chk_file_buckets_ttl', { check: 'url_ttl_seconds BETWEEN 1 AND 86400' });
  pgm.createTrigger('file_buckets', 'trg_file_buckets_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/file_buckets', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('file_buckets');
}
