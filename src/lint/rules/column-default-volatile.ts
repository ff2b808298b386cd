import { isNew, type Rule, show, size } from '../rule.ts';
import { list, type Node, nodesOf, stringOf } from '../tree.ts';

/** Functions of a default that give one value for the whole statement; all others may give one for each row. */
const STABLE = new Set([
  'now',
  'transaction_timestamp',
  'statement_timestamp',
  'current_setting',
  'lower',
  'upper',
  'md5',
  'concat',
  'format',
  'to_jsonb',
  'jsonb_build_object',
  'jsonb_build_array',
  'json_build_object',
  'date_trunc',
  'timezone',
  'make_interval',
  'int4range',
  'tstzrange',
  'array_fill',
  'coalesce',
]);

export const rule: Rule = {
  name: 'column-default-volatile',
  level: 'error',
  summary: 'a new column whose default differs from row to row rewrites the table',
  lock: 'ACCESS EXCLUSIVE for the whole rewrite',
  covers: [
    'squawk:adding-field-with-default',
    'strong_migrations:add_column_default',
    'strong_migrations:add_column_default_callable',
  ],
  bad: 'ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid()',
  good: 'ALTER TABLE users ADD COLUMN seen_at timestamptz DEFAULT now()',
  judge(action, scene) {
    if (action.kind !== 'add column' || isNew(action.table, scene)) return [];
    const { table, column } = action;
    const volatile = volatileIn(column.default);
    if (volatile === null) return [];
    return [
      {
        subject: `${show(table)}.${column.name}`,
        message: `the default of ${column.name} calls ${volatile}() for every row: all of ${show(table)}${size(table, scene)} is rewritten`,
        hint: `Add the column without default, then ALTER TABLE ${show(table)} ALTER COLUMN ${show(column.name)} SET DEFAULT …; for rows to come, and fill the old rows in batches.`,
      },
    ];
  },
};

/** The first function that is not known to be stable; null when there is none. */
export function volatileIn(expression: Node | null): string | null {
  const names = nodesOf(expression, 'FuncCall').map(({ funcname }) => list(funcname).map(stringOf).at(-1) ?? '');
  return names.find((name) => !STABLE.has(name)) ?? null;
}
