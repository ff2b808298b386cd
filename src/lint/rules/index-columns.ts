import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'index-columns',
  level: 'note',
  summary: 'an index of more than three columns is big and seldom used to its end',
  lock: null,
  covers: ['strong_migrations:add_index_columns'],
  bad: 'CREATE INDEX CONCURRENTLY i ON users (a, b, c, d)',
  good: 'CREATE INDEX CONCURRENTLY i ON users (a, b, c)',
  judge(action) {
    if (action.kind !== 'create index' || action.unique || action.columns.length <= 3) return [];
    const name = action.name ?? show(action.table);
    const hint = `Try (${action.columns.slice(0, 3).map(show).join(', ')}), the most selective first, and look at EXPLAIN.`;
    return [{ subject: name, message: `${name} has ${action.columns.length} columns`, hint }];
  },
};
