/** What a live database tells the rules. Without one, every question is answered by "not known". */
import type { Table } from '../catalog/model.ts';
import type { Name } from './action.ts';

export interface Facts {
  /** As `server_version_num`; null: not known. */
  readonly serverVersion: number | null;
  /** Undefined: not known; null: the database has no such table. */
  readonly table: (name: Name) => LiveTable | null | undefined;
  /** The table of an index that the database has; null: not known. */
  readonly tableOfIndex: (index: Name) => Name | null;
}

export interface LiveTable {
  readonly table: Table;
  /** About; null: not known. */
  readonly rows: number | null;
}

export const NO_FACTS: Facts = { serverVersion: null, table: () => undefined, tableOfIndex: () => null };

export interface LiveFacts {
  readonly serverVersion: number;
  readonly tables: readonly Table[];
  /** Rows by `schema.name`. */
  readonly rows: ReadonlyMap<string, number>;
  /** Where a name without a schema is looked for. */
  readonly schema: string;
}

export function factsOf({ serverVersion, tables, rows, schema }: LiveFacts): Facts {
  const byName = new Map(tables.map((table) => [`${table.schema}.${table.name}`, table]));
  const indexed = new Map(
    tables.flatMap((table) => table.indexes.map((index) => [`${table.schema}.${index.name}`, table] as const)),
  );
  return {
    serverVersion,
    tableOfIndex(index) {
      const table = indexed.get(`${index.schema ?? schema}.${index.name}`);
      return table ? { schema: index.schema, name: table.name } : null;
    },
    table(name) {
      const key = `${name.schema ?? schema}.${name.name}`;
      const table = byName.get(key);
      return table ? { table, rows: rows.get(key) ?? null } : null;
    },
  };
}
