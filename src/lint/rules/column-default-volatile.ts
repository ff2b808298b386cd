import { type ActionRule, isNew, show, size } from '../rule.ts';
import { list, type Node, nodesOf, stringOf } from '../tree.ts';

/**
 * Functions of a default that give one value for the whole statement; all others may give one for each row. PostgreSQL's
 * own that are IMMUTABLE or STABLE and that people put into defaults (test/lint/oracle.test.ts asks the server).
 */
export const STABLE: ReadonlySet<string> = new Set([
  'abs',
  'array_append',
  'array_fill',
  'btrim',
  'ceil',
  'chr',
  'concat',
  'current_setting',
  'date_part',
  'date_trunc',
  'daterange',
  'decode',
  'encode',
  'extract',
  'floor',
  'format',
  'initcap',
  'int4range',
  'int8range',
  'json_build_array',
  'json_build_object',
  'jsonb_build_array',
  'jsonb_build_object',
  'left',
  'length',
  'lower',
  'lpad',
  'make_date',
  'make_interval',
  'make_timestamptz',
  'md5',
  'now',
  'numrange',
  'pi',
  'regexp_replace',
  'repeat',
  'replace',
  'round',
  'statement_timestamp',
  'substring',
  'timezone',
  'to_char',
  'to_date',
  'to_json',
  'to_jsonb',
  'to_timestamp',
  'to_tsvector',
  'transaction_timestamp',
  'trim_array',
  'trunc',
  'tsrange',
  'tstzrange',
  'upper',
]);

export const rule: ActionRule = {
  name: 'column-default-volatile',
  level: 'error',
  summary: 'a new column whose default differs from row to row rewrites the table',
  lock: 'ACCESS EXCLUSIVE for the whole rewrite',
  grows: true,
  covers: [
    'squawk:adding-field-with-default',
    'strong_migrations:add_column_default',
    'strong_migrations:add_column_default_callable',
    'atlas:PG302',
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
