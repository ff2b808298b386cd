/** What can be learned, in codes. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'skills',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      subject_id: {
        type: 'integer',
        notNull: true,
        references: 'subjects',
        referencesConstraintName: 'fk_skills_subject_id',
        onDelete: 'RESTRICT',
        comment: 'The subject it belongs to.',
      },
      code: { type: 'varchar(50)', notNull: true, comment: 'Stable code: MATH.ALG.1.' },
      name: { type: 'varchar(200)', notNull: true, comment: 'Name shown to people (a skill, no person).' },
      description: { type: 'text', comment: 'What mastering it means.' },
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
    { comment: 'Reference: skills that progress is measured in.' },
  );
  pgm.addConstraint('skills', 'chk_skills_code', { check: "code ~ '^[A-Z0-9]+(\\.[A-Z0-9]+)*$'" });
  pgm.addConstraint('skills', 'uq_skills_code', { unique: ['code'] });
  pgm.createIndex('skills', 'subject_id', { name: 'idx_skills_subject_id' });
  pgm.createTrigger('skills', 'trg_skills_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/skills', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('skills');
}
