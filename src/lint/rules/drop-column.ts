import { type ActionRule, isNew, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'drop-column',
  level: 'warning',
  summary: 'DROP COLUMN loses its data and breaks the application that still runs and reads it',
  lock: 'ACCESS EXCLUSIVE for a moment',
  covers: ['squawk:ban-drop-column', 'strong_migrations:remove_column', 'atlas:DS103', 'pg-schema-diff:DELETES_DATA'],
  bad: 'ALTER TABLE users DROP COLUMN nick',
  good: 'ALTER TABLE users ADD COLUMN nick text',
  only: 'up',
  judge(action, scene) {
    if (action.kind !== 'drop column' || isNew(action.table, scene)) return [];
    const { table, column } = action;
    return [
      {
        subject: `${show(table)}.${column}`,
        message: `DROP COLUMN loses what ${column} of ${show(table)}${size(table, scene)} holds; whoever still reads it fails`,
        hint: `First deploy code that does not know ${show(column)}; take a backup; then drop it, and say so here: -- strata-lint-ignore drop-column: unused since …`,
      },
    ];
  },
};
