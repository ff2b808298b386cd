import { isSerial, typedColumns } from '../columns.ts';
import { type ActionRule, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'prefer-identity',
  level: 'warning',
  summary: 'serial leaves a sequence with rights of its own, and anybody may overwrite the number',
  lock: null,
  covers: ['squawk:prefer-identity'],
  bad: 'CREATE TABLE users (id serial PRIMARY KEY)',
  good: 'CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)',
  judge(action) {
    return typedColumns(action)
      .filter(({ column }) => isSerial(column))
      .map(({ table, column }) => ({
        subject: `${show(table)}.${column.name}`,
        message: `${column.name} is ${column.type}`,
        hint: `Write: ${show(column.name)} bigint GENERATED ALWAYS AS IDENTITY; with the builder: { type: 'bigint', sequenceGenerated: { precedence: 'ALWAYS' } }`,
      }));
  },
};
