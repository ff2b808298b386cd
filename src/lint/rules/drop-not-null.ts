import { type ActionRule, isNew, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'drop-not-null',
  level: 'warning',
  summary: 'DROP NOT NULL breaks readers who count on a value',
  lock: 'ACCESS EXCLUSIVE for a moment',
  covers: ['squawk:ban-drop-not-null'],
  bad: 'ALTER TABLE users ALTER COLUMN email DROP NOT NULL',
  good: 'ALTER TABLE users ALTER COLUMN email SET DEFAULT $$$$',
  only: 'up',
  judge(action, scene) {
    if (action.kind !== 'drop not null' || isNew(action.table, scene)) return [];
    const { table, column } = action;
    return [
      {
        subject: `${show(table)}.${column}`,
        message: `${column} of ${show(table)} may be null from now on; code that was written before does not expect it`,
        hint: `First deploy code that copes with null in ${show(column)} (strata types shows where), then drop the demand.`,
      },
    ];
  },
};
