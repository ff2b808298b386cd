import type { Action, Name } from '../action.ts';
import { newColumns } from '../columns.ts';
import { type ActionRule, show } from '../rule.ts';
import { type Node, nodesOf, record, text } from '../tree.ts';

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
    return defaults(action).flatMap(({ table, column, value }) => {
      const constants = nodesOf(value, 'A_Const').map(({ sval }) => text(record(sval).sval) ?? '');
      if (!constants.some((constant) => /\bARRAY\s*\[/i.test(constant))) return [];
      return [
        {
          subject: `${show(table)}.${column}`,
          message: `the default of ${column} is a string that reads like an array`,
          hint: `Write default: pgm.func("ARRAY[]::text[]"), or default: '{}'.`,
        },
      ];
    });
  },
};

function defaults(
  action: Action,
): readonly { readonly table: Name; readonly column: string; readonly value: Node | null }[] {
  if (action.kind === 'set default') return [{ table: action.table, column: action.column, value: action.default }];
  return newColumns(action).map(({ table, column }) => ({ table, column: column.name, value: column.default }));
}
