import { isSerial } from '../columns.ts';
import { type ActionRule, isNew, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'column-serial',
  level: 'error',
  summary: 'a new serial or identity column numbers every row there is: the table is rewritten',
  lock: 'ACCESS EXCLUSIVE for the whole rewrite',
  grows: true,
  covers: [
    'strong_migrations:add_column_auto_incrementing',
    'squawk:adding-serial-primary-key-field',
    'squawk:adding-field-with-default',
    'eugene:E11',
  ],
  bad: 'ALTER TABLE users ADD COLUMN number bigserial',
  good: 'ALTER TABLE users ADD COLUMN number bigint',
  judge(action, scene) {
    if (action.kind !== 'add column' || isNew(action.table, scene)) return [];
    const { table, column } = action;
    if (!column.identity && !isSerial(column)) return [];
    return [
      {
        subject: `${show(table)}.${column.name}`,
        message: `${column.name} gives every row of ${show(table)}${size(table, scene)} a number: the table is rewritten`,
        hint: `Add it as a plain bigint, let a sequence be its default for rows to come, and number the old rows in batches.`,
      },
    ];
  },
};
