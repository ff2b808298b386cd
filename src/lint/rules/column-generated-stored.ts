import type { Action } from '../action.ts';
import { type ActionRule, isNew, type Scene, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'column-generated-stored',
  level: 'error',
  summary: 'a stored generated column, or another expression for it, rewrites the table',
  lock: 'ACCESS EXCLUSIVE for the whole rewrite',
  grows: true,
  covers: ['squawk:adding-field-with-default', 'strong_migrations:add_column_generated_stored', 'eugene:E11'],
  bad: 'ALTER TABLE users ADD COLUMN full_name text GENERATED ALWAYS AS (first_name || last_name) STORED',
  good: 'ALTER TABLE users ADD COLUMN full_name text',
  judge(action, scene) {
    if (!('table' in action) || !action.table || isNew(action.table, scene)) return [];
    const column = computedAnew(action, scene);
    if (column === null) return [];
    const table = show(action.table);
    return [
      {
        subject: `${table}.${column}`,
        message: `the generated column ${column} rewrites all of ${table}${size(action.table, scene)}`,
        hint: `Add ${show(column)} as a plain column, keep it by a trigger, and fill the old rows in batches; or compute it in a view.`,
      },
    ];
  },
};

/** By ADD COLUMN, or by SET EXPRESSION (PostgreSQL 17); a virtual column is computed when it is read. */
function computedAnew(action: Action, { facts }: Scene): string | null {
  if (action.kind === 'add column') return action.column.generated ? action.column.name : null;
  if (action.kind !== 'alter table' || action.what !== 'AT_SetExpression') return null;
  const live = facts.table(action.table)?.table.columns.find(({ name }) => name === action.name);
  return live?.generated?.kind === 'virtual' ? null : action.name;
}
