/** What is used in a lesson. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'session_materials',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      booking_id: {
        type: 'integer',
        notNull: true,
        references: 'bookings',
        referencesConstraintName: 'fk_session_materials_booking_id',
        onDelete: 'CASCADE',
        comment: 'The lesson.',
      },
      uploaded_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_session_materials_uploaded_by',
        onDelete: 'SET NULL',
        comment: 'Who brought it.',
      },
      title: { type: 'varchar(200)', notNull: true, comment: 'What it is. @pii(free_text)' },
      url: { type: 'text', comment: 'Where it lies outside.' },
      object_key: { type: 'varchar(255)', comment: 'Where it lies in the object storage. @pii(document)' },
      material_type: { type: 'varchar(20)', notNull: true, default: 'link', comment: 'What kind of thing it is.' },
      deleted_at: { type: 'timestamptz', comment: 'When the row was soft-deleted; null while it is live.' },
      deleted_by: {
        type: 'integer',
        references: 'users',
        referencesConstraintName: 'fk_session_materials_deleted_by',
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
    { comment: 'Material of lessons. @subject(uploaded_by) @erasure(delete)' },
  );
  pgm.addConstraint('session_materials', 'chk_session_materials_place', {
    check: '(url IS NULL) <> (object_key IS NULL)',
  });
  pgm.addConstraint('session_materials', 'chk_session_materials_type', {
    check: "material_type IN ('link', 'document', 'image', 'recording')",
  });
  pgm.createIndex('session_materials', 'id', { name: 'idx_session_materials_deleted_at', where: 'deleted_at IS NULL' });
  pgm.createIndex('session_materials', 'booking_id', { name: 'idx_session_materials_booking_id' });
  pgm.createIndex('session_materials', 'uploaded_by', {
    name: 'idx_session_materials_uploaded_by',
    where: 'uploaded_by IS NOT NULL',
  });
  pgm.createIndex('session_materials', 'deleted_by', {
    name: 'idx_session_materials_deleted_by',
    where: 'deleted_by IS NOT NULL',
  });
  pgm.createTrigger('session_materials', 'trg_session_materials_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/session_materials', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('session_materials');
}
