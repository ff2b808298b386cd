import type { Action, Name } from '../action.ts';
import { type ActionRule, type Scene, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'down-loses-data',
  level: 'error',
  summary: 'a down that drops or changes what its up did not create loses data that were there before',
  lock: null,
  covers: ['pg-schema-diff:DELETES_DATA'],
  bad: { up: 'ALTER TABLE users ADD COLUMN nick text', down: 'ALTER TABLE users DROP COLUMN email' },
  good: { up: 'ALTER TABLE users ADD COLUMN nick text', down: 'ALTER TABLE users DROP COLUMN nick' },
  only: 'down',
  judge(action, scene) {
    const rows = changedRows(action, scene);
    if (rows !== null) {
      const verb = action.kind === 'delete' ? 'deletes rows of' : 'overwrites values of';
      return [
        {
          subject: show(rows),
          message: `the down ${verb} ${show(rows)}, which the up of this migration neither creates nor fills`,
          hint: `Let the down undo exactly what the up does; change the rows of ${show(rows)} in the up of a migration of its own.`,
        },
      ];
    }
    return lost(action, scene).map((what) => ({
      subject: what,
      message: `the down drops ${what}, which the up of this migration does not create`,
      hint: `Let the down undo exactly what the up does; drop ${what} in the up of a migration of its own.`,
    }));
  },
};

/** The table whose rows a DELETE or UPDATE changes without undoing anything; null: it is about no such thing. */
function changedRows(action: Action, { other, actions, index }: Scene): Name | null {
  if (action.kind !== 'delete' && action.kind !== 'update') return null;
  const { table } = action;
  const made = [...other, ...actions.slice(0, index)];
  const put = other.some(
    (one) => (one.kind === 'insert' || one.kind === 'update' || one.kind === 'delete') && same(one.table, table),
  );
  if (put || made.some((one) => makes(one, table))) return null;
  return action.kind === 'update' && action.columns.every((column) => made.some((one) => changes(one, table, column)))
    ? null
    : table;
}

/** What a column holds is to be put back when the up, or the down so far, made it another one. */
function changes(action: Action, table: Name, column: string): boolean {
  if (action.kind === 'add column') return same(action.table, table) && action.column.name === column;
  if (action.kind === 'rename') return action.on !== null && same(action.on, table) && action.to === column;
  return (
    'column' in action &&
    'table' in action &&
    /^(?:set|drop) (?:type|not null|default)$/.test(action.kind) &&
    same(action.table, table) &&
    action.column === column
  );
}

function lost(action: Action, { other, actions, index }: Scene): readonly string[] {
  // What the down itself made before, to put back what up took away, is its own.
  const made = [...other, ...actions.slice(0, index)];
  if (action.kind === 'truncate') return action.tables.map(show);
  if (action.kind === 'drop column') {
    const { table, column } = action;
    const ours = made.some(
      (one) =>
        (one.kind === 'create table' && same(one.table, table)) ||
        (one.kind === 'add column' && same(one.table, table) && one.column.name === column) ||
        (one.kind === 'rename' && (one.to === column || one.to === table.name)),
    );
    return ours ? [] : [`${show(table)}.${column}`];
  }
  if (action.kind !== 'drop') return [];
  if (action.cascade && TAKES_ALONG.test(action.what)) {
    return action.names.filter((name) => !made.some((one) => makesOther(one, name))).map(show);
  }
  if (action.what !== 'table') return [];
  return action.names.filter((table) => !made.some((one) => makes(one, table))).map(show);
}

/** With CASCADE: the columns of a type, all that an extension brought, the tables of a schema. */
const TAKES_ALONG = /^(?:type|domain|extension|schema)$/;

function makesOther(action: Action, { name }: Name): boolean {
  if (action.kind === 'do') return action.body.includes(name);
  if (action.kind === 'rename') return action.to === name;
  const makesIt = /^create (?:schema|extension|type|enum|domain)$/.test(action.kind);
  return makesIt && 'name' in action && typeof action.name === 'object' && action.name?.name === name;
}

/** Also what cannot be seen into: a DO block may have created it. */
function makes(action: Action, table: Name): boolean {
  if (action.kind === 'do') return action.body.includes(table.name);
  return (
    (action.kind === 'create table' && same(action.table, table)) ||
    (action.kind === 'rename' && action.to === table.name)
  );
}
