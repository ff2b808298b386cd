import type { Constraint } from '../../catalog/model.ts';
import type { Action, AddedColumn, AddedConstraint, Name } from '../action.ts';
import { constraintsOf } from '../columns.ts';
import { type ActionRule, doneSoFar, type Scene, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'set-null-on-not-null',
  level: 'error',
  summary: 'ON DELETE SET NULL on a NOT NULL column makes every delete of the other row fail',
  lock: null,
  covers: [],
  bad: 'CREATE TABLE notes (author_id int NOT NULL REFERENCES users ON DELETE SET NULL)',
  good: 'CREATE TABLE notes (author_id int REFERENCES users ON DELETE SET NULL)',
  judge(action, scene) {
    const made = keys(action).flatMap(({ table, key, columns }) =>
      emptied(key)
        .filter((column) => isRequired(table, column, columns, scene))
        .map((column) => ({ table, key, column })),
    );
    return [...made, ...requiredLater(action, scene)].map(({ table, key, column }) => ({
      subject: `${show(table)}.${column}`,
      message: `${column} is NOT NULL, but ON DELETE SET NULL would empty it: deletes of ${key.references ? show(key.references) : 'the other table'} fail`,
      hint: `Choose ON DELETE RESTRICT or CASCADE, or: ALTER TABLE ${show(table)} ALTER COLUMN ${show(column)} DROP NOT NULL;`,
    }));
  },
};

type Key = Pick<AddedConstraint, 'columns' | 'onDeleteColumns' | 'references' | 'name'>;

interface Made {
  readonly table: Name;
  readonly key: Key;
  readonly columns: readonly AddedColumn[];
}

function keys(action: Action): readonly Made[] {
  if (!('table' in action) || !action.table) return [];
  const { table } = action;
  const columns = action.kind === 'create table' ? action.columns : action.kind === 'add column' ? [action.column] : [];
  const nulling = constraintsOf(action).filter(({ onDelete }) => onDelete === 'SET NULL');
  return nulling.map((key) => ({ table, key, columns }));
}

function emptied({ columns, onDeleteColumns }: Key): readonly string[] {
  return onDeleteColumns.length > 0 ? onDeleteColumns : columns;
}

function isRequired(table: Name, column: string, columns: readonly AddedColumn[], scene: Scene): boolean {
  const here = columns.find(({ name }) => name === column);
  const action = scene.actions[scene.index];
  if (action && requires(action, column)) return true;
  if (here) return here.notNull;
  for (const one of doneSoFar(table, scene).toReversed()) {
    if (!('table' in one) || !one.table || !same(one.table, table)) continue;
    if (requires(one, column)) return true;
    if (one.kind === 'drop not null' && one.column === column) return false;
    if (one.kind === 'add column' && one.column.name === column) return one.column.notNull;
    if (one.kind === 'create table') return one.columns.some(({ name, notNull }) => name === column && notNull);
  }
  return scene.facts.table(table)?.table.columns.some(({ name, notNull }) => name === column && notNull) ?? false;
}

/** By itself: SET NOT NULL, or as part of a primary key. */
function requires(action: Action, column: string): boolean {
  if (action.kind === 'set not null') return action.column === column;
  return constraintsOf(action).some(
    ({ kind, columns }) => (kind === 'primary key' || kind === 'not null') && columns.includes(column),
  );
}

/** Keys that are there already when their column becomes NOT NULL. */
function requiredLater(
  action: Action,
  scene: Scene,
): readonly { readonly table: Name; readonly key: Key; readonly column: string }[] {
  if (action.kind !== 'set not null' && action.kind !== 'add constraint') return [];
  const { table } = action;
  return nullingKeys(table, scene).flatMap((key) =>
    emptied(key)
      .filter((column) => requires(action, column))
      .map((column) => ({ table, key, column })),
  );
}

function nullingKeys(table: Name, scene: Scene): readonly Key[] {
  let found: readonly Key[] = (scene.facts.table(table)?.table.constraints ?? []).flatMap(liveKey);
  for (const one of doneSoFar(table, scene)) {
    if (one.kind === 'drop' && one.what === 'table' && one.names.some((name) => same(name, table))) found = [];
    if (!('table' in one) || !one.table || !same(one.table, table)) continue;
    if (one.kind === 'create table') found = [];
    if (one.kind === 'drop constraint') found = found.filter((key) => nameOf(table, key) !== one.constraint);
    if (one.kind === 'drop column') found = found.filter(({ columns }) => !columns.includes(one.column));
    found = [...found, ...keys(one).map(({ key }) => key)];
  }
  return found;
}

function nameOf({ name: table }: Name, { name, columns }: Key): string {
  return name ?? `${table}_${columns.join('_')}_fkey`;
}

function liveKey(constraint: Constraint): readonly Key[] {
  if (constraint.kind !== 'foreign key' || constraint.onDelete !== 'set null') return [];
  const listed = / ON DELETE SET NULL \(([^()]*)\)/.exec(constraint.definition)?.[1];
  const onDeleteColumns = listed?.replaceAll('"', '').split(', ') ?? [];
  return [{ name: constraint.name, columns: constraint.columns, onDeleteColumns, references: constraint.references }];
}
