/** Constraints that come to a table that may have rows: by ADD CONSTRAINT, or with a column that is added. */
import type { Action, AddedConstraint, Name } from './action.ts';
import { isFilled } from './columns.ts';
import { isNew, type Scene } from './rule.ts';

export interface Late {
  readonly table: Name;
  readonly constraint: AddedConstraint;
  /** Comes with a new column, so that it has no NOT VALID. */
  readonly column: boolean;
  /** By ALTER TABLE ONLY. */
  readonly only: boolean;
}

export function lateConstraints(action: Action, scene: Scene, kind: AddedConstraint['kind']): readonly Late[] {
  const found = (): readonly Late[] => {
    if (action.kind === 'add constraint')
      return [{ table: action.table, constraint: action.constraint, column: false, only: action.only }];
    if (action.kind !== 'add column') return [];
    const { table, column } = action;
    return column.constraints
      .filter((constraint) => constraint.kind !== 'foreign key' || isFilled(column))
      .map((constraint) => ({ table, constraint, column: true, only: false }));
  };
  return found().filter(({ table, constraint }) => constraint.kind === kind && !isNew(table, scene));
}
