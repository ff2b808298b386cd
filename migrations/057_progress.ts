/** How well a student masters a skill, from 0 to 1. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'progress',
    {
      id: {
        type: 'integer',
        primaryKey: true,
        sequenceGenerated: { precedence: 'BY DEFAULT' },
        comment: 'Surrogate key.',
      },
      student_id: {
        type: 'integer',
        notNull: true,
        references: 'users',
        referencesConstraintName: 'fk_progress_student_id',
        onDelete: 'CASCADE',
        comment: 'The student.',
      },
      skill_id: {
        type: 'integer',
        notNull: true,
        references: 'skills',
        referencesConstraintName: 'fk_progress_skill_id',
        onDelete: 'RESTRICT',
        comment: 'The skill.',
      },
      lesson_id: {
        type: 'integer',
        references: 'lessons',
        referencesConstraintName: 'fk_progress_lesson_id',
        onDelete: 'SET NULL',
        comment: 'The lesson that last changed it.',
      },
      proficiency: { type: 'numeric(4,3)', notNull: true, default: 0, comment: '0 nothing, 1 mastered.' },
      practiced_at: { type: 'timestamptz', comment: 'When it was last practised.' },
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
    {
      comment: 'How well a student masters a skill. @subject(student_id) @retention(5 years inactive) @erasure(delete)',
    },
  );
  pgm.addConstraint('progress', 'chk_progress_proficiency', { check: 'proficiency BETWEEN 0 AND 1' });
  pgm.addConstraint('progress', 'uq_progress_skill', { unique: ['student_id', 'skill_id'] });
  pgm.createIndex('progress', [{ name: 'updated_at', sort: 'DESC' }], { name: 'idx_progress_updated_at' });
  pgm.createIndex('progress', 'skill_id', { name: 'idx_progress_skill_id' });
  pgm.createIndex('progress', 'lesson_id', { name: 'idx_progress_lesson_id', where: 'lesson_id IS NOT NULL' });
  pgm.createTrigger('progress', 'trg_progress_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/progress', 1);
  pgm.install('functions/log_lesson', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.uninstall('functions/log_lesson', 1);
  pgm.dropTable('progress');
}
