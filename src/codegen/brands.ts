/**
 * Branded ids: a user's id and a booking's id are both numbers, and passing one for the other is a bug that the compiler
 * can find. A key gets a brand when it is a table's one-column primary key of an integer or uuid type; foreign keys carry
 * it along, through any number of tables.
 */
import { byCode } from '../base/canonical.ts';
import type { Column, QName, Table } from '../catalog/type-source.ts';
import { key, type TypeResolver } from './columns.ts';

/** The column whose brand another column carries. */
export interface BrandRoot {
  readonly table: Table;
  readonly column: Column;
}

const BRANDED = new Set(['int2', 'int4', 'int8', 'uuid']);

export class Brands {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #types: TypeResolver;
  readonly #roots = new Map<Column, BrandRoot | null>();

  constructor(tables: readonly Table[], types: TypeResolver) {
    this.#tables = new Map(tables.map((table) => [key(table), table]));
    this.#types = types;
  }

  /** Where the brand of a column comes from; null when it has none. */
  rootOf(table: Table, column: Column): BrandRoot | null {
    const known = this.#roots.get(column);
    if (known !== undefined) return known;
    const root = this.#follow(table, column);
    this.#roots.set(column, root);
    return root;
  }

  /** Follows foreign keys to their end. Keys that refer to each other in a circle share the brand of the first by name. */
  #follow(table: Table, column: Column): BrandRoot | null {
    const path: BrandRoot[] = [{ table, column }];
    const seen = new Set([column]);
    for (let here = this.#next(table, column); here !== null; here = this.#next(here.table, here.column)) {
      if (seen.has(here.column)) return this.#circle(path, here.column);
      seen.add(here.column);
      path.push(here);
    }
    const end = path.at(-1);
    return end && isOnlyKey(end.table, end.column) && this.#alike(column, end.column) ? end : null;
  }

  #circle(path: readonly BrandRoot[], from: Column): BrandRoot | null {
    const start = path.findIndex(({ column }) => column === from);
    const keys = path.slice(start).filter(({ table, column }) => isOnlyKey(table, column));
    const [first] = keys.sort((a, b) => byCode(columnKey(a.table, a.column.name), columnKey(b.table, b.column.name)));
    const [origin] = path;
    return first && origin && this.#alike(origin.column, first.column) ? first : null;
  }

  /** The column that a foreign key of this one refers to. Of several keys the one with fewest columns, then by name. */
  #next(table: Table, column: Column): BrandRoot | null {
    const found = table.constraints
      .filter((c) => c.kind === 'foreign key')
      .filter(({ columns }) => columns.includes(column.name))
      .sort((a, b) => a.columns.length - b.columns.length || byCode(a.name, b.name))
      .map((c) => this.#target(c.references, c.references.columns[c.columns.indexOf(column.name)]))
      .filter((target) => target !== null)
      .find((target) => target.table !== table || target.column !== column);
    return found ?? null;
  }

  #target(name: QName, column: string | undefined): BrandRoot | null {
    const table = this.#tables.get(key(name));
    const target = table?.columns.find((c) => c.name === column);
    return table && target ? { table, column: target } : null;
  }

  /** The same kind of value on both ends: an int8 that refers to an int4 arrives as a string, and is no such id. */
  #alike(a: Column, b: Column): boolean {
    const [left, right] = [this.#types.resolve(a), this.#types.resolve(b)];
    if (left.dimensions === 1 || right.dimensions === 1) return false;
    const [x, y] = [left.name, right.name];
    if (x.schema !== 'pg_catalog' || y.schema !== 'pg_catalog' || !BRANDED.has(x.name)) return false;
    return x.name === y.name || (SMALL.has(x.name) && SMALL.has(y.name));
  }
}

const SMALL = new Set(['int2', 'int4']);

function columnKey(table: QName, column: string): string {
  return `${key(table)}\0${column}`;
}

function isOnlyKey(table: Table, column: Column): boolean {
  return table.constraints.some(
    (c) => c.kind === 'primary key' && c.columns.length === 1 && c.columns[0] === column.name,
  );
}
