/** The order in which tables can be filled: what a foreign key refers to comes first. Pure. */
import type { QName, Table } from '../catalog/model.ts';

/**
 * Sorts the tables by their foreign keys; among those that are free, by the place they were given at. Tables that refer
 * to each other in a circle keep that place among themselves: deferrable constraints are deferred during a load.
 */
export function loadOrder<T extends { readonly table: Table }>(items: readonly T[]): readonly T[] {
  const rest = [...items];
  const ordered: T[] = [];
  while (rest.length > 0) {
    const waiting = new Set(rest.map(({ table }) => nameKey(table)));
    const free = rest.findIndex(({ table }) => !refersTo(table, waiting));
    ordered.push(...rest.splice(Math.max(free, 0), 1));
  }
  return ordered;
}

/** Whether one of the table's foreign keys leads to one of the names, other than its own. */
function refersTo(table: Table, names: ReadonlySet<string>): boolean {
  return table.constraints.some(
    (c) => c.kind === 'foreign key' && nameKey(c.references) !== nameKey(table) && names.has(nameKey(c.references)),
  );
}

export function nameKey({ schema, name }: QName): string {
  return `${schema}\0${name}`;
}

/** `users`, or `auth.users` outside the schema that needs no name. */
export function shortName({ schema, name }: QName, usual: string): string {
  return schema === usual ? name : `${schema}.${name}`;
}
