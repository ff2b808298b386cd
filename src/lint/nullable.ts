/** Whether a column may be null, by what this run did to it, and failing that by the database. */
import type { Name } from './action.ts';
import { doneSoFar, type Scene, same } from './rule.ts';

/** Null: nobody knows. */
export function isNullable(table: Name, column: string, scene: Scene): boolean | null {
  for (const one of doneSoFar(table, scene).toReversed()) {
    if (!('table' in one) || !one.table || !same(one.table, table)) continue;
    if (one.kind === 'set not null' && one.column === column) return false;
    if (one.kind === 'drop not null' && one.column === column) return true;
    if (one.kind === 'add column' && one.column.name === column) return !one.column.notNull;
    const made = one.kind === 'create table' ? one.columns.find(({ name }) => name === column) : undefined;
    if (made) return !made.notNull;
  }
  const live = scene.facts.table(table)?.table.columns.find(({ name }) => name === column);
  return live ? !live.notNull : null;
}
