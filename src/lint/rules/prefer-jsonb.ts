import { typedColumns } from '../columns.ts';
import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'prefer-jsonb',
  level: 'warning',
  summary: 'json has no equality: DISTINCT, GROUP BY and UNION fail; jsonb has, and can be indexed',
  lock: null,
  covers: ['strong_migrations:add_column_json', 'eugene:E3'],
  bad: 'ALTER TABLE users ADD COLUMN settings json',
  good: 'ALTER TABLE users ADD COLUMN settings jsonb',
  judge(action) {
    return typedColumns(action)
      .filter(({ column }) => column.type === 'json')
      .map(({ table, column }) => ({
        subject: `${show(table)}.${column.name}`,
        message: `${column.name} is json, which cannot be compared`,
        hint: `Write: ${show(column.name)} jsonb`,
      }));
  },
};
