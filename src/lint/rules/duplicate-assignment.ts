import { type Rule, show } from '../rule.ts';

export const rule: Rule = {
  name: 'duplicate-assignment',
  level: 'error',
  summary: 'PostgreSQL refuses an UPDATE that sets a column twice',
  lock: null,
  covers: ['squawk:ban-duplicate-column-assignments'],
  bad: 'UPDATE users SET name = $$a$$, name = $$b$$ WHERE id = 1',
  good: 'UPDATE users SET name = $$a$$, nick = $$b$$ WHERE id = 1',
  judge(action) {
    if (action.kind !== 'update') return [];
    const twice = action.columns.filter((column, index) => action.columns.indexOf(column) !== index);
    return [...new Set(twice)].map((column) => ({
      subject: `${show(action.table)}.${column}`,
      message: `UPDATE sets ${column} twice`,
      hint: `Leave one of the assignments of ${show(column)} out.`,
    }));
  },
};
