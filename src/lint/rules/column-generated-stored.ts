import { type ActionRule, isNew, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'column-generated-stored',
  level: 'error',
  summary: 'a stored generated column rewrites the table',
  lock: 'ACCESS EXCLUSIVE for the whole rewrite',
  grows: true,
  covers: ['squawk:adding-field-with-default', 'strong_migrations:add_column_generated_stored', 'eugene:E11'],
  bad: 'ALTER TABLE users ADD COLUMN full_name text GENERATED ALWAYS AS (first_name || last_name) STORED',
  good: 'ALTER TABLE users ADD COLUMN full_name text',
  judge(action, scene) {
    if (action.kind !== 'add column' || !action.column.generated || isNew(action.table, scene)) return [];
    const { table, column } = action;
    return [
      {
        subject: `${show(table)}.${column.name}`,
        message: `the generated column ${column.name} rewrites all of ${show(table)}${size(table, scene)}`,
        hint: `Add ${show(column.name)} as a plain column, keep it by a trigger, and fill the old rows in batches; or compute it in a view.`,
      },
    ];
  },
};
