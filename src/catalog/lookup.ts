/** What the parts of a Snapshot need from each other while it is put together: names behind oids, comments, owners. */
import { byCode } from '../base/canonical.ts';
import { type AclKind, grantsOf } from './acl.ts';
import type { Described, Grant, QName } from './object-model.ts';
import type { Rows } from './queries.ts';
import type { ColumnRow } from './table-rows.ts';

/** Shared by all objects that have none: thousands of empty arrays are memory too. */
export const NONE: readonly never[] = Object.freeze([]);

const NOBODY = Object.freeze({});

export interface TypeName {
  readonly text: string;
  readonly typeName: QName;
  readonly dimensions: 0 | 1;
}

export interface Lookup {
  schema(oid: number): string;
  type(oid: number): TypeName;
  relation(oid: number): QName;
  column(relation: number, number: number): string;
  columns(relation: number): readonly ColumnRow[];
  comment(catalog: string, oid: number): string | null;
  grants(
    kind: AclKind,
    row: { readonly acl: readonly string[] | null; readonly owner: string },
  ): readonly Grant[] | null;
  /** A record with the owner, where owners are asked for. */
  owned(row: { readonly owner: string }): Pick<Described, 'owner'>;
}

export interface LookupOptions {
  readonly serverVersion: number;
  readonly owners: boolean;
}

export function lookupOf(rows: Rows, { serverVersion, owners }: LookupOptions): Lookup {
  const schemas = new Map(rows.schemas.map((row) => [row.oid, row.name]));
  const types = typesOf(rows);
  const relations = relationsOf(rows, schemas);
  const columns = groupBy(rows.columns, (row) => row.relation);
  for (const list of columns.values()) list.sort((a, b) => a.number - b.number);
  const outside = new Map(rows.outsideTargets.map((row) => [row.oid, row.columns]));
  const comments = new Map(rows.comments.map((row) => [`${row.class} ${row.oid}`, row.comment]));
  const grants: Lookup['grants'] = (kind, { acl, owner }) => grantsOf(acl, { kind, owner, serverVersion });
  return {
    schema: (oid) => schemas.get(oid) ?? lost('schema', oid),
    type: (oid) => types.get(oid) ?? lost('type', oid),
    relation: (oid) => relations.get(oid) ?? lost('relation', oid),
    columns: (relation) => columns.get(relation) ?? NONE,
    column(relation, number) {
      const list = columns.get(relation);
      // Where no column was ever dropped, the number is the place.
      const near = list?.[number - 1];
      const row = near?.number === number ? near : list?.find((column) => column.number === number);
      return row?.name ?? outside.get(relation)?.[number - 1] ?? lost('column', number);
    },
    comment: (catalog, oid) => (comments.size === 0 ? null : (comments.get(`${catalog} ${oid}`) ?? null)),
    grants,
    owned: ({ owner }) => (owners ? { owner } : NOBODY),
  };
}

function typesOf(rows: Rows): ReadonlyMap<number, TypeName> {
  return new Map(
    rows.typeNames.map(({ oid, text, schema, name, array }) => [
      oid,
      { text, typeName: { name, schema }, dimensions: array ? 1 : 0 },
    ]),
  );
}

function relationsOf(rows: Rows, schemas: ReadonlyMap<number, string>): ReadonlyMap<number, QName> {
  const names = new Map<number, QName>();
  for (const { oid, schema, name } of rows.outsideTargets) names.set(oid, { name, schema });
  for (const { oid, schema, name } of rows.relations) names.set(oid, { name, schema: schemas.get(schema) ?? '' });
  return names;
}

/**
 * An oid that another query of the same read should have explained, or a definition that is not there: the object went
 * while the read was under way. Told apart from other errors so that the read is repeated.
 */
export class VanishedError extends Error {
  override readonly name = 'VanishedError';
}

function lost(what: string, name: number | string): never {
  throw new VanishedError(`${what} ${name} vanished while the catalog was read`);
}

/** A deparsed definition: PostgreSQL gives NULL, not an error, for some objects that went while it was asked. */
export function present(definition: string | null, name: string): string {
  return definition ?? lost('object', name);
}

export function groupBy<Row>(rows: readonly Row[], key: (row: Row) => number): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const of = key(row);
    const group = groups.get(of);
    if (group) group.push(row);
    else groups.set(of, [row]);
  }
  return groups;
}

/** Sorts in place, by name. */
export function byName<T extends { readonly name: string }>(list: T[]): readonly T[] {
  return list.length === 0 ? NONE : list.sort((a, b) => byCode(a.name, b.name));
}

/** Sorts in place, by schema and name. */
export function byQName<T extends QName>(list: T[]): readonly T[] {
  return list.sort((a, b) => byCode(a.schema, b.schema) || byCode(a.name, b.name));
}

export function sortedTexts(texts: readonly string[] | null): readonly string[] {
  return texts === null || texts.length === 0 ? NONE : [...texts].sort(byCode);
}

export function nameOf(pair: readonly [string, string] | null): QName | null {
  return pair === null ? null : { name: pair[1], schema: pair[0] };
}
