import { typedColumns } from '../columns.ts';
import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'prefer-text',
  level: 'off',
  summary: 'the limit of varchar(n) is changed under a lock; a CHECK on text is not',
  lock: null,
  covers: ['squawk:prefer-text-field'],
  bad: 'CREATE TABLE users (name varchar(100))',
  good: 'CREATE TABLE users (name text)',
  judge(action) {
    return typedColumns(action)
      .filter(({ column }) => column.type === 'varchar' && column.modifiers.length > 0)
      .map(({ table, column }) => ({
        subject: `${show(table)}.${column.name}`,
        message: `${column.name} is varchar(${column.modifiers[0]})`,
        hint: `Write: ${show(column.name)} text CHECK (length(${show(column.name)}) <= ${column.modifiers[0]})`,
      }));
  },
};
