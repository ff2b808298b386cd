/** Columns that an action brings or gives another type, with their table. */
import type { Action, AddedColumn, Name } from './action.ts';

export interface TypedColumn {
  readonly table: Name;
  readonly column: AddedColumn;
}

export function newColumns(action: Action): readonly TypedColumn[] {
  if (action.kind === 'add column') return [{ table: action.table, column: action.column }];
  if (action.kind !== 'create table') return [];
  return action.columns.map((column) => ({ table: action.table, column }));
}

/** New ones, and those that ALTER COLUMN … TYPE changes: rules about types ask both. */
export function typedColumns(action: Action): readonly TypedColumn[] {
  if (action.kind !== 'set type') return newColumns(action);
  return [{ table: action.table, column: { ...action.to, name: action.column } }];
}
