/** Whether a column may be null, by what this run did to it, and failing that by the database. */
import { about } from './about.ts';
import type { Name } from './action.ts';
import { type Scene, same } from './rule.ts';

/** Null: nobody knows. */
export function isNullable(table: Name, column: string, { before, actions, index, facts }: Scene): boolean | null {
  for (const one of [...about(before, table), ...about(actions, table, index)].toReversed()) {
    if (!('table' in one) || !one.table || !same(one.table, table)) continue;
    if (one.kind === 'set not null' && one.column === column) return false;
    if (one.kind === 'drop not null' && one.column === column) return true;
    if (one.kind === 'add column' && one.column.name === column) return !one.column.notNull;
    const made = one.kind === 'create table' ? one.columns.find(({ name }) => name === column) : undefined;
    if (made) return !made.notNull;
  }
  const live = facts.table(table)?.table.columns.find(({ name }) => name === column);
  return live ? !live.notNull : null;
}
