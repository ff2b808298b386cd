/** Constraints that come to a table that may have rows: by ADD CONSTRAINT, or with a column that is added. */
import type { Action, AddedConstraint, Name } from './action.ts';
import { isNew, type Scene } from './rule.ts';

export interface Late {
  readonly table: Name;
  readonly constraint: AddedConstraint;
  /** Comes with a new column, so that it has no NOT VALID. */
  readonly column: boolean;
}

export function lateConstraints(action: Action, scene: Scene, kind: AddedConstraint['kind']): readonly Late[] {
  const found = (): readonly Late[] => {
    if (action.kind === 'add constraint')
      return [{ table: action.table, constraint: action.constraint, column: false }];
    if (action.kind !== 'add column') return [];
    return action.column.constraints.map((constraint) => ({ table: action.table, constraint, column: true }));
  };
  return found().filter(({ table, constraint }) => constraint.kind === kind && !isNew(table, scene));
}
