/** A request that is sent twice is carried out once. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'idempotency_keys',
    {
      id: {
        type: 'bigint',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      user_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_idempotency_keys_user_id',
        onDelete: 'CASCADE',
        comment: 'Who asked.',
      },
      scope: { type: 'varchar(50)', notNull: true, comment: 'The procedure: create_booking.' },
      idempotency_key: { type: 'varchar(100)', notNull: true, comment: 'What the client calls the request.' },
      request_hash: {
        type: 'varchar(64)',
        notNull: true,
        comment: 'SHA-256 of the parameters: the same key with other parameters is refused.',
      },
      result_id: { type: 'bigint', comment: 'Id of the row the request made.' },
      created_at: {
        type: 'timestamptz',
        notNull: true,
        default: pgm.func('now()'),
        comment: 'When the row was written.',
      },
    },
    {
      comment:
        'Requests that must be carried out once, and what became of them. @subject(user_id) @retention(7 days) @erasure(delete)',
    },
  );
  pgm.addConstraint('idempotency_keys', 'chk_idempotency_keys_request_hash', {
    check: "request_hash ~ '^[0-9a-f]{64}$'",
  });
  pgm.addConstraint('idempotency_keys', 'chk_idempotency_keys_key', { check: "idempotency_key <> ''" });
  pgm.addConstraint('idempotency_keys', 'uq_idempotency_keys_key', { unique: ['user_id', 'scope', 'idempotency_key'] });
  pgm.createIndex('idempotency_keys', 'created_at', { name: 'idx_idempotency_keys_created_at' });
  pgm.install('policies/idempotency_keys', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('idempotency_keys');
}
