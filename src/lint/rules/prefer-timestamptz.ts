import { typedColumns } from '../columns.ts';
import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'prefer-timestamptz',
  level: 'warning',
  summary: 'timestamp without time zone is no moment: it means another one on every server',
  lock: null,
  covers: ['squawk:prefer-timestamp-tz'],
  bad: 'CREATE TABLE events (at timestamp)',
  good: 'CREATE TABLE events (at timestamptz)',
  judge(action) {
    return typedColumns(action)
      .filter(({ column }) => column.type === 'timestamp')
      .map(({ table, column }) => ({
        subject: `${show(table)}.${column.name}`,
        message: `${column.name} is timestamp without time zone`,
        hint: `Write: ${show(column.name)} timestamptz`,
      }));
  },
};
