/** What a currency was worth on a day. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'currency_rates',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      base_currency: {
        type: 'varchar(3)',
        notNull: true,
        references: 'supported_currencies',
        referencesConstraintName: 'fk_currency_rates_base_currency',
        onDelete: 'RESTRICT',
        comment: 'One unit of this …',
      },
      quote_currency: {
        type: 'varchar(3)',
        notNull: true,
        references: 'supported_currencies',
        referencesConstraintName: 'fk_currency_rates_quote_currency',
        onDelete: 'RESTRICT',
        comment: '… is worth that many of this.',
      },
      rate: { type: 'numeric(18,8)', notNull: true, comment: 'Units of the quote currency.' },
      valid_on: { type: 'date', notNull: true, comment: 'Day of the rate.' },
      source: { type: 'varchar(50)', notNull: true, comment: 'Who published it.' },
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
    { comment: 'Reference: exchange rates by day.' },
  );
  pgm.addConstraint('currency_rates', 'chk_currency_rates_rate', { check: 'rate > 0' });
  pgm.addConstraint('currency_rates', 'chk_currency_rates_pair', { check: 'base_currency <> quote_currency' });
  pgm.addConstraint('currency_rates', 'uq_currency_rates_day', {
    unique: ['base_currency', 'quote_currency', 'valid_on'],
  });
  pgm.createIndex('currency_rates', 'quote_currency', { name: 'idx_currency_rates_quote_currency' });
  pgm.createTrigger('currency_rates', 'trg_currency_rates_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/currency_rates', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('currency_rates');
}
