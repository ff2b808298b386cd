/**
 * Types that no Snapshot holds: those of extensions, and those of schemas that the configuration does not name. The driver
 * returns text for all of them but domains, which arrive as their base. Of a type that was not read nobody knows whether it
 * is one, and a stored Snapshot cannot be asked later: such a column is `unknown`, unless its name is one of these.
 */
import type { QName } from '../catalog/type-source.ts';

/** Domains of extensions and of information_schema, with their base. */
const BASES: Readonly<Record<string, string>> = {
  lo: 'oid',
  'information_schema.cardinal_number': 'int4',
  'information_schema.character_data': 'varchar',
  'information_schema.sql_identifier': 'name',
  'information_schema.time_stamp': 'timestamptz',
  'information_schema.yes_or_no': 'varchar',
};

/** Types of extensions in wide use; they may be installed in any schema. */
const TEXTS = new Set([
  ...['citext', 'hstore', 'ltree', 'lquery', 'ltxtquery', 'cube', 'earth', 'seg', 'query_int', 'semver'],
  ...['isbn', 'isbn13', 'issn', 'issn13', 'ismn', 'ismn13', 'ean13', 'upc', 'gtrgm', 'ulid'],
  ...['geometry', 'geography', 'raster', 'box2d', 'box3d', 'vector', 'halfvec', 'sparsevec'],
]);

/** Undefined: not a domain that is known by its name. */
export function foreignBase({ schema, name }: QName): QName | undefined {
  const base = schema === 'pg_catalog' ? undefined : (BASES[`${schema}.${name}`] ?? BASES[name]);
  return base === undefined ? undefined : { schema: 'pg_catalog', name: base };
}

export function isKnownText({ name }: QName): boolean {
  return TEXTS.has(name);
}
