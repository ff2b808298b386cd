/** Columns that an action brings, with their table. */
import type { Action, AddedColumn, Name } from './action.ts';

export function newColumns(action: Action): readonly { readonly table: Name; readonly column: AddedColumn }[] {
  if (action.kind === 'add column') return [{ table: action.table, column: action.column }];
  if (action.kind !== 'create table') return [];
  return action.columns.map((column) => ({ table: action.table, column }));
}
