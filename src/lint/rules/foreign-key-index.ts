import { about } from '../about.ts';
import type { Action, AddedConstraint, Name } from '../action.ts';
import { constraintsOf } from '../columns.ts';
import { type ActionRule, type Scene, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'foreign-key-index',
  level: 'warning',
  summary: 'without an index on its columns, a foreign key makes every delete of the other row read this whole table',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE notes (id int PRIMARY KEY, author_id int REFERENCES users)',
  good: 'CREATE TABLE notes (id int PRIMARY KEY, author_id int REFERENCES users); CREATE INDEX ON notes (author_id)',
  only: 'up',
  judge(action, scene) {
    return keysOf(action)
      .filter(({ table, key }) => key.columns.length > 0 && !isIndexed(table, key, scene))
      .map(({ table, key }) => {
        const columns = key.columns.map(show).join(', ');
        return {
          subject: `${show(table)}.${key.columns.join(',')}`,
          message: `no index begins with ${key.columns.join(', ')}, which refers to ${key.references ? show(key.references) : 'another table'}`,
          hint: `CREATE INDEX ${show(`idx_${table.name}_${key.columns.join('_')}`)} ON ${show(table)} (${columns});`,
        };
      });
  },
};

function keysOf(action: Action): readonly { readonly table: Name; readonly key: AddedConstraint }[] {
  const table = 'table' in action ? action.table : null;
  return table ? constraintsOf(action).flatMap((key) => (key.kind === 'foreign key' ? [{ table, key }] : [])) : [];
}

/** By a migration of the run, a later one too, since a concurrent build stands alone; or by the database. A key is an index too. */
function isIndexed(table: Name, { columns }: AddedConstraint, { run, facts }: Scene): boolean {
  const first = new Set(columns);
  const leads = (listed: readonly string[]): boolean =>
    listed.length >= first.size && listed.slice(0, first.size).every((column) => first.has(column));
  const made = about(run, table).some((one) => {
    if (!('table' in one) || !one.table || !same(one.table, table)) return false;
    if (one.kind === 'create index') return leads(one.columns);
    return constraintsOf(one).some((own) => isKey(own) && leads(own.columns));
  });
  const live = facts.table(table)?.table;
  const keys = live?.constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique') ?? [];
  const listed = (text: string): readonly string[] =>
    (/\(([^()]*)\)/.exec(text)?.[1] ?? '').replaceAll('"', '').split(/\s*,\s*/);
  return (
    made ||
    keys.some(({ definition }) => leads(listed(definition))) ||
    (live?.indexes.some(({ definition }) => leads(listed(definition))) ?? false)
  );
}

function isKey({ kind }: AddedConstraint): boolean {
  return kind === 'primary key' || kind === 'unique';
}
