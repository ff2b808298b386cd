import { typedColumns } from '../columns.ts';
import { type ActionRule, show } from '../rule.ts';

const SMALL: readonly string[] = ['int2', 'int4', 'serial', 'serial2', 'serial4', 'smallserial'];

export const rule: ActionRule = {
  name: 'prefer-bigint',
  level: 'off',
  summary: 'an integer ends at 2,147,483,647, and making it a bigint later rewrites the table',
  lock: null,
  covers: ['squawk:prefer-bigint-over-int', 'squawk:prefer-bigint-over-smallint'],
  bad: 'CREATE TABLE events (id integer PRIMARY KEY)',
  good: 'CREATE TABLE events (id bigint PRIMARY KEY)',
  judge(action) {
    return typedColumns(action)
      .filter(({ column }) => SMALL.includes(column.type))
      .map(({ table, column }) => ({
        subject: `${show(table)}.${column.name}`,
        message: `${column.name} is ${column.type}`,
        hint: `Write: ${show(column.name)} bigint`,
      }));
  },
};
