/** Which languages lessons are taught in. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'supported_languages',
    {
      code: { type: 'varchar(5)', primaryKey: true, comment: 'BCP 47, language only or with region: en, pt-BR.' },
      name: { type: 'varchar(50)', notNull: true, comment: 'Name in English (a language, no person).' },
      native_name: { type: 'varchar(50)', notNull: true, comment: 'Name in itself (a language, no person).' },
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
    { comment: 'Reference: languages.' },
  );
  pgm.addConstraint('supported_languages', 'chk_supported_languages_code', {
    check: "code ~ '^[a-z]{2}(-[A-Z]{2})?$'",
  });
  pgm.createTrigger('supported_languages', 'trg_supported_languages_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/supported_languages', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('supported_languages');
}
