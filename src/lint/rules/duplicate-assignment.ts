import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'duplicate-assignment',
  level: 'error',
  summary: 'PostgreSQL refuses an UPDATE or INSERT that sets a column twice',
  lock: null,
  covers: ['squawk:ban-duplicate-column-assignments'],
  bad: 'UPDATE users SET name = $$a$$, name = $$b$$ WHERE id = 1',
  good: 'UPDATE users SET name = $$a$$, nick = $$b$$ WHERE id = 1',
  bodies: true,
  judge(action) {
    if (action.kind !== 'update' && action.kind !== 'assign') return [];
    const verb = action.kind === 'update' ? 'UPDATE' : action.verb;
    const twice = action.columns.filter((column, index) => action.columns.indexOf(column) !== index);
    return [...new Set(twice)].map((column) => ({
      subject: `${show(action.table)}.${column}`,
      message: `${verb} sets ${column} twice`,
      hint: `Leave one of the assignments of ${show(column)} out.`,
    }));
  },
};
