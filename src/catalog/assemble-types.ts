/** Enums, domains, composite and range types; sequences. */
import { inOrder } from '../base/canonical.ts';
import { columnsOf } from './assemble-columns.ts';
import { domainCheckOf } from './assemble-constraints.ts';
import { byName, byQName, groupBy, type Lookup, NONE, nameOf } from './lookup.ts';
import type { Sequence, UserType } from './model.ts';
import type { Rows } from './queries.ts';
import type { SequenceRow, TypeRow } from './rows.ts';

export function typesOf(rows: Rows, lookup: Lookup, keep: (oid: number) => boolean): readonly UserType[] {
  const build = typeBuilder(rows, lookup);
  return byQName(
    rows.types
      .filter((row) => keep(row.oid))
      .map((row) => ({
        ...build(row),
        comment: lookup.comment('pg_type', row.oid),
        grants: lookup.grants('type', row),
        name: row.name,
        ...lookup.owned(row),
        schema: lookup.schema(row.schema),
      }))
      .map(inOrder),
  );
}

type OfKind<Type> = Type extends unknown ? Omit<Type, 'schema' | 'name' | 'comment' | 'owner' | 'grants'> : never;

function typeBuilder(rows: Rows, lookup: Lookup): (row: TypeRow) => OfKind<UserType> {
  const labels = groupBy(rows.enumLabels, (row) => row.type);
  const ranges = new Map(rows.ranges.map((row) => [row.type, row]));
  const checks = groupBy(
    rows.constraints.filter((row) => row.domain !== null),
    (row) => row.domain ?? 0,
  );
  return (row) => {
    switch (row.kind) {
      case 'e':
        return { kind: 'enum', labels: (labels.get(row.oid) ?? NONE).map(({ label }) => label) };
      case 'c':
        return { columns: columnsOf(row.relation, lookup), kind: 'composite' };
      case 'r': {
        const range = ranges.get(row.oid);
        return { definition: range?.definition ?? '', kind: 'range', subtype: range?.subtype ?? '' };
      }
      case 'd': {
        const base = lookup.type(row.base);
        return {
          kind: 'domain',
          base: row.base_text ?? base.text,
          baseType: base.typeName,
          dimensions: base.dimensions,
          notNull: row.not_null,
          default: row.default,
          collation: nameOf(row.collation),
          checks: byName((checks.get(row.oid) ?? []).map((check) => domainCheckOf(check, lookup))),
        };
      }
    }
  };
}

/** A sequence goes with the table that owns it: not kept, neither is the sequence. */
export function sequencesOf(rows: Rows, lookup: Lookup, keep: (oid: number) => boolean): readonly Sequence[] {
  const kept = rows.sequences.filter(
    ({ oid, owner_relation }) => keep(oid) && (owner_relation === null || keep(owner_relation)),
  );
  return byQName(
    kept.map((row) => ({
      cache: row.cache,
      comment: row.comment,
      cycle: row.cycle,
      grants: lookup.grants('sequence', row),
      increment: row.increment,
      max: row.max,
      min: row.min,
      name: row.name,
      ownedBy: ownerOf(row, lookup),
      ...lookup.owned(row),
      schema: lookup.schema(row.schema),
      start: row.start,
      type: row.type,
      unlogged: row.unlogged,
    })),
  );
}

function ownerOf({ owner_relation, owner_column, dependency }: SequenceRow, lookup: Lookup): Sequence['ownedBy'] {
  if (owner_relation === null || owner_column === null) return null;
  const column = lookup.column(owner_relation, owner_column);
  return { column, identity: dependency === 'i', ...lookup.relation(owner_relation) };
}
