/** What a student wants to reach, and until when. */
import type { MigrationBuilder } from 'node-pg-migrate';

export function up(pgm: MigrationBuilder): void {
  pgm.createTable(
    'learning_goals',
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
        referencesConstraintName: 'fk_learning_goals_student_id',
        onDelete: 'CASCADE',
        comment: 'The student.',
      },
      skill_id: {
        type: 'integer',
        references: 'skills',
        referencesConstraintName: 'fk_learning_goals_skill_id',
        onDelete: 'SET NULL',
        comment: 'The skill it is about.',
      },
      title: { type: 'varchar(200)', notNull: true, comment: 'The goal. @pii(free_text)' },
      target_proficiency: { type: 'numeric(4,3)', notNull: true, default: 1, comment: 'How well, 0 to 1.' },
      due_on: { type: 'date', comment: 'Until when.' },
      status: { type: 'varchar(20)', notNull: true, default: 'OPEN', comment: 'Where it stands.' },
      reached_at: { type: 'timestamptz', comment: 'When it was reached.' },
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
    { comment: 'What students want to reach. @subject(student_id) @erasure(delete)' },
  );
  pgm.addConstraint('learning_goals', 'chk_learning_goals_target', { check: 'target_proficiency BETWEEN 0 AND 1' });
  pgm.addConstraint('learning_goals', 'chk_learning_goals_status', {
    check: "status IN ('OPEN', 'REACHED', 'DROPPED')",
  });
  pgm.addConstraint('learning_goals', 'chk_learning_goals_reached', {
    check: "(status = 'REACHED') = (reached_at IS NOT NULL)",
  });
  pgm.createIndex('learning_goals', ['student_id', 'status'], { name: 'idx_learning_goals_student' });
  pgm.createIndex('learning_goals', 'skill_id', { name: 'idx_learning_goals_skill_id', where: 'skill_id IS NOT NULL' });
  pgm.createTrigger('learning_goals', 'trg_learning_goals_updated_at', {
    when: 'BEFORE',
    operation: 'UPDATE',
    level: 'ROW',
    function: 'set_updated_at',
  });
  pgm.install('policies/learning_goals', 1);
}

export function down(pgm: MigrationBuilder): void {
  pgm.dropTable('learning_goals');
}
