import { isFilled } from '../columns.ts';
import { type ActionRule, isNew, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'column-required',
  level: 'error',
  summary: 'a new NOT NULL column without default fails as soon as the table has a row',
  lock: null,
  covers: ['squawk:adding-required-field', 'atlas:MF103'],
  bad: 'ALTER TABLE users ADD COLUMN nick text NOT NULL',
  good: "ALTER TABLE users ADD COLUMN nick text NOT NULL DEFAULT ''",
  judge(action, scene) {
    if (action.kind !== 'add column' || isNew(action.table, scene)) return [];
    const { table, column } = action;
    if (!column.notNull || column.identity || column.virtual || isFilled(column)) return [];
    return [
      {
        subject: `${show(table)}.${column.name}`,
        message: `${column.name} is NOT NULL without default: the statement fails when ${show(table)} has a row`,
        hint: `Give it a default, or add it nullable, fill it in batches, and demand it afterwards with a CHECK (${show(column.name)} IS NOT NULL) NOT VALID.`,
      },
    ];
  },
};
