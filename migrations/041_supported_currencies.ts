/** Which currencies the marketplace trades in. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'supported_currencies',
    {
      code: { type: 'varchar(3)', primaryKey: true, comment: 'ISO 4217.' },
      name: { type: 'varchar(50)', notNull: true, comment: 'Name shown to people (a currency, no person).' },
      symbol: { type: 'varchar(5)', notNull: true, comment: 'Sign before or after amounts.' },
      minor_units: {
        type: 'smallint',
        notNull: true,
        default: 2,
        comment: 'Digits after the point: 2 for EUR, 0 for JPY.',
      },
      is_active: { type: 'boolean', notNull: true, default: true, comment: 'Offered.' },
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
    { comment: 'Reference: currencies.' },
  );
  pgm.addConstraint('supported_currencies', 'chk_supported_currencies_code', { check: "code ~ '^[A-Z]{3}$'" });
  pgm.addConstraint('supported_currencies', 'chk_supported_currencies_minor_units', {
    check: 'minor_units BETWEEN 0 AND 4',
  });
  pgm.createTrigger('supported_currencies', 'trg_supported_currencies_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/supported_currencies', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('supported_currencies');
}
