import { newColumns } from '../columns.ts';
import { type ActionRule, show } from '../rule.ts';
import { nodesOf, record, text } from '../tree.ts';

/** node-pg-migrate escapes a default given as a string, so `default: 'ARRAY[]::text[]'` becomes a string literal. */
export const rule: ActionRule = {
  name: 'array-default',
  level: 'error',
  summary: 'a default that is a string with ARRAY[…] in it is no array: the call that made it wanted pgm.func()',
  lock: null,
  covers: [],
  bad: "CREATE TABLE posts (tags text DEFAULT 'ARRAY[]::text[]')",
  good: "CREATE TABLE posts (tags text[] DEFAULT '{}')",
  judge(action) {
    return newColumns(action).flatMap(({ table, column }) => {
      const constants = nodesOf(column.default, 'A_Const').map(({ sval }) => text(record(sval).sval) ?? '');
      if (!constants.some((constant) => /\bARRAY\s*\[/i.test(constant))) return [];
      return [
        {
          subject: `${show(table)}.${column.name}`,
          message: `the default of ${column.name} is a string that reads like an array`,
          hint: `Write default: pgm.func("ARRAY[]::text[]"), or default: '{}'.`,
        },
      ];
    });
  },
};
