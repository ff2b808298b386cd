import { about } from '../about.ts';
import type { Name } from '../action.ts';
import { isNullable } from '../nullable.ts';
import { type ActionRule, isNew, type Scene, show, size } from '../rule.ts';

/** Only told when the columns of the index are known: from this run, or from the database. */
export const rule: ActionRule = {
  name: 'primary-key-nullable',
  level: 'error',
  summary:
    'PRIMARY KEY USING INDEX makes its columns NOT NULL, which reads the whole table, unless they are so already',
  lock: 'ACCESS EXCLUSIVE for the whole scan',
  grows: true,
  covers: ['atlas:PG304', 'eugene:W14'],
  bad: {
    earlier: 'CREATE TABLE codes (code text)',
    up: 'CREATE UNIQUE INDEX CONCURRENTLY codes_pkey ON codes (code); ALTER TABLE codes ADD CONSTRAINT codes_pkey PRIMARY KEY USING INDEX codes_pkey',
    down: 'SELECT 1',
  },
  good: {
    earlier: 'CREATE TABLE codes (code text NOT NULL)',
    up: 'CREATE UNIQUE INDEX CONCURRENTLY codes_pkey ON codes (code); ALTER TABLE codes ADD CONSTRAINT codes_pkey PRIMARY KEY USING INDEX codes_pkey',
    down: 'SELECT 1',
  },
  judge(action, scene) {
    if (action.kind !== 'add constraint' || action.constraint.kind !== 'primary key') return [];
    const { table, constraint } = action;
    if (constraint.usingIndex === null || isNew(table, scene)) return [];
    return columnsOf(constraint.usingIndex, table, scene)
      .filter((column) => isNullable(table, column, scene) === true)
      .map((column) => ({
        subject: `${show(table)}.${column}`,
        message: `${column} may be null: making it part of the key reads all of ${show(table)}${size(table, scene)} while nobody else can use it`,
        hint: `First: ALTER TABLE ${show(table)} ADD CONSTRAINT ${show(`${table.name}_${column}_not_null`)} CHECK (${show(column)} IS NOT NULL) NOT VALID; VALIDATE it in the next migration, then SET NOT NULL, then the key.`,
      }));
  },
};

function columnsOf(index: string, table: Name, { before, actions, facts }: Scene): readonly string[] {
  const made = [...about(before, table), ...about(actions, table)].find(
    (one) => one.kind === 'create index' && one.name === index,
  );
  if (made?.kind === 'create index') return made.columns;
  const live = facts.table(table)?.table.indexes.find(({ name }) => name === index);
  return (
    /\(([^()]*)\)/
      .exec(live?.definition ?? '')?.[1]
      ?.replaceAll('"', '')
      .split(/\s*,\s*/) ?? []
  );
}
