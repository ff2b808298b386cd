/** Rows of the catalog into a Snapshot: pure, no database. */
import { byCode } from '../base/canonical.ts';
import { grantsOf } from './acl.ts';
import { relationsOf } from './assemble-relations.ts';
import { routinesOf } from './assemble-routines.ts';
import { sequencesOf, typesOf } from './assemble-types.ts';
import { byName, type Lookup, lookupOf } from './lookup.ts';
import type { DefaultPrivilege, QName, Schema, Snapshot } from './model.ts';
import type { Rows } from './queries.ts';

export interface AssembleOptions {
  readonly serverVersion: number;
  readonly owners: boolean;
  /** Relations to leave out, with all that hangs on them. */
  readonly exclude: readonly QName[];
  /** False: partitions are left out likewise. */
  readonly partitions: boolean;
}

export function assemble(rows: Rows, options: AssembleOptions): Snapshot {
  const lookup = lookupOf(rows, options);
  const members = membersOf(rows);
  const excluded = excludedOf(rows, lookup, options);
  const keep = (catalog: string) => (oid: number) => !members.has(`${catalog} ${oid}`);
  const keepRelation = (oid: number): boolean => !excluded.has(oid) && keep('pg_class')(oid);
  const { tables, views } = relationsOf(rows, lookup, keepRelation);
  // Members stand in the order of the canonical bytes, here and below: what is in order is hashed without a copy.
  return {
    defaultPrivileges: defaultPrivilegesOf(rows, options.serverVersion),
    extensions: byName([...rows.extensions]),
    routines: routinesOf(rows, lookup),
    schemas: schemasOf(rows, lookup, keep('pg_namespace')),
    sequences: sequencesOf(rows, lookup, keepRelation),
    tables,
    types: typesOf(rows, lookup, keep('pg_type')),
    unmodelled: [...rows.unmodelled].sort((a, b) => byCode(a.kind, b.kind) || byCode(a.name, b.name)),
    views,
  };
}

function membersOf(rows: Rows): ReadonlySet<string> {
  return new Set(rows.members.map((row) => `${row.class} ${row.oid}`));
}

function excludedOf(rows: Rows, lookup: Lookup, { exclude, partitions }: AssembleOptions): ReadonlySet<number> {
  const wanted = new Set(exclude.map(({ schema, name }) => JSON.stringify([schema, name])));
  const all = [...rows.relations, ...rows.sequences];
  const names = new Set(exclude.map(({ name }) => name));
  const candidates = all.filter((row) => names.has(row.name));
  const named = candidates.filter((row) => wanted.has(JSON.stringify([lookup.schema(row.schema), row.name])));
  const attached = partitions ? [] : rows.relations.filter((row) => row.bound !== null);
  return new Set([...named, ...attached].map((row) => row.oid));
}

function schemasOf(rows: Rows, lookup: Lookup, keep: (oid: number) => boolean): readonly Schema[] {
  const kept = rows.schemas.filter((row) => keep(row.oid));
  return byName(
    kept.map((row) => ({
      comment: row.comment,
      grants: lookup.grants('schema', row),
      name: row.name,
      ...lookup.owned(row),
    })),
  );
}

const OBJECTS: Readonly<Record<string, DefaultPrivilege['objects']>> = {
  r: 'tables',
  S: 'sequences',
  f: 'functions',
  T: 'types',
  n: 'schemas',
  L: 'large objects',
};

const ACL_KIND = {
  tables: 'table',
  sequences: 'sequence',
  functions: 'routine',
  types: 'type',
  schemas: 'schema',
  'large objects': 'bare',
} as const;

/** Those of one schema come on top of the others, so they have no owner's part; those of all schemas replace the built-in ones. */
function defaultPrivilegesOf(rows: Rows, serverVersion: number): readonly DefaultPrivilege[] {
  const list = rows.defaultPrivileges.map(({ role, schema, objects: letter, acl }) => {
    const objects = OBJECTS[letter] ?? 'tables';
    const kind = schema === null ? ACL_KIND[objects] : 'bare';
    return { grants: grantsOf(acl, { kind, owner: role, serverVersion }), objects, role, schema };
  });
  return list
    .flatMap(({ grants, ...rest }) => (grants === null ? [] : [{ grants, ...rest }]))
    .sort((a, b) => byCode(a.role, b.role) || byCode(a.schema ?? '', b.schema ?? '') || byCode(a.objects, b.objects));
}
