/** Whose rows are read with a table's own, partitions and plain inheritance alike, and what they hold against its NOT NULL. */
import type { Column, Table } from '../catalog/type-source.ts';
import { key } from './columns.ts';

export class Inheritance {
  readonly #own = new Map<string, Table[]>();
  /** Columns that may hold older NULLs, by table: heirs inherit a NOT NULL that is NOT VALID as it is. */
  readonly #unvalidated = new Map<string, Set<string>>();

  constructor(tables: readonly Table[]) {
    for (const table of tables) for (const parent of table.parents) added(this.#own, key(parent), table);
    for (const table of tables) {
      const names = table.constraints.flatMap((c) => (c.kind === 'not null' && !c.validated ? c.columns : []));
      if (names.length === 0) continue;
      for (const one of [table, ...this.children(table)])
        this.#unvalidated.set(key(one), new Set([...(this.#unvalidated.get(key(one)) ?? []), ...names]));
    }
  }

  /** Theirs included. */
  children(table: Table): readonly Table[] {
    return (this.#own.get(key(table)) ?? []).flatMap((child) => [child, ...this.children(child)]);
  }

  /** Whether the column's own flag keeps NULL out of every row. Until PostgreSQL 17 heirs can lose theirs. */
  keepsNullOut(table: Table, column: Column): boolean {
    if (!this.#holds(table, column)) return false;
    const children = this.children(table);
    const ownOnly = table.constraints.some(
      (c) => c.kind === 'not null' && c.noInherit && c.columns.includes(column.name),
    );
    if (ownOnly && children.length > 0) return false;
    return children.every((child) =>
      this.#holds(
        child,
        child.columns.find(({ name }) => name === column.name),
      ),
    );
  }

  /** Nobody checks the rows of a foreign table here. */
  #holds(table: Table, column: Column | undefined): boolean {
    const sure = table.kind !== 'foreign table' && column?.notNull === true;
    return sure && this.#unvalidated.get(key(table))?.has(column.name) !== true;
  }
}

function added(lists: Map<string, Table[]>, name: string, table: Table): void {
  const known = lists.get(name);
  if (known) known.push(table);
  else lists.set(name, [table]);
}
