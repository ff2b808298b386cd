import { about } from '../about.ts';
import type { Action, AddedColumn, AddedConstraint, Name } from '../action.ts';
import { type ActionRule, type Scene, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'set-null-on-not-null',
  level: 'error',
  summary: 'ON DELETE SET NULL on a NOT NULL column makes every delete of the other row fail',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE notes (author_id int NOT NULL REFERENCES users ON DELETE SET NULL)',
  good: 'CREATE TABLE notes (author_id int REFERENCES users ON DELETE SET NULL)',
  judge(action, scene) {
    return keys(action).flatMap(({ table, key, columns }) =>
      key.columns
        .filter((column) => isRequired(table, column, columns, scene))
        .map((column) => ({
          subject: `${show(table)}.${column}`,
          message: `${column} is NOT NULL, but ON DELETE SET NULL would empty it: deletes of ${key.references ? show(key.references) : 'the other table'} fail`,
          hint: `Choose ON DELETE RESTRICT or CASCADE, or: ALTER TABLE ${show(table)} ALTER COLUMN ${show(column)} DROP NOT NULL;`,
        })),
    );
  },
};

interface Key {
  readonly table: Name;
  readonly key: AddedConstraint;
  readonly columns: readonly AddedColumn[];
}

function keys(action: Action): readonly Key[] {
  const found = (): readonly Key[] => {
    if (action.kind === 'add constraint') return [{ table: action.table, key: action.constraint, columns: [] }];
    const columns =
      action.kind === 'create table' ? action.columns : action.kind === 'add column' ? [action.column] : [];
    const own = columns.flatMap(({ constraints }) => constraints);
    const all = action.kind === 'create table' ? [...own, ...action.constraints] : own;
    return 'table' in action && action.table ? all.map((key) => ({ table: action.table as Name, key, columns })) : [];
  };
  return found().filter(({ key }) => key.onDelete === 'SET NULL');
}

function isRequired(table: Name, column: string, columns: readonly AddedColumn[], scene: Scene): boolean {
  const here = columns.find(({ name }) => name === column);
  if (here) return here.notNull;
  for (const one of [...about(scene.before, table), ...about(scene.actions, table, scene.index)].toReversed()) {
    if (!('table' in one) || !one.table || !same(one.table, table)) continue;
    if (one.kind === 'set not null' && one.column === column) return true;
    if (one.kind === 'drop not null' && one.column === column) return false;
    if (one.kind === 'add column' && one.column.name === column) return one.column.notNull;
    if (one.kind === 'create table') return one.columns.some(({ name, notNull }) => name === column && notNull);
  }
  return scene.facts.table(table)?.table.columns.some(({ name, notNull }) => name === column && notNull) ?? false;
}
