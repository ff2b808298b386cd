/** Tables and views with everything that hangs on them. */
import { byCode } from '../base/canonical.ts';
import { columnsOf } from './assemble-columns.ts';
import { constraintOf } from './assemble-constraints.ts';
import { indexOf, policyOf, ruleOf, statisticsOf, triggerOf } from './assemble-parts.ts';
import { byName, byQName, groupBy, type Lookup, NONE, nameOf, present, sortedTexts } from './lookup.ts';
import type { Rows } from './queries.ts';
import type { Constraint, Index, Policy, Rule, Statistics, Table, Trigger, View } from './table-model.ts';
import type { IndexRow, RelationRow } from './table-rows.ts';

const KIND = { r: 'table', p: 'partitioned table', f: 'foreign table' } as const;
const REPLICA = { d: 'default', n: 'nothing', f: 'full', i: 'index' } as const;

/** What hangs on a relation, by its oid. */
interface Parts {
  constraints(oid: number): readonly Constraint[];
  indexes(oid: number): readonly Index[];
  triggers(oid: number): readonly Trigger[];
  policies(oid: number): readonly Policy[];
  rules(oid: number): readonly Rule[];
  statistics(oid: number): readonly Statistics[];
  parents(row: RelationRow): Table['parents'];
}

export interface Relations {
  readonly tables: readonly Table[];
  readonly views: readonly View[];
}

/** `keep` tells by oid which relations belong into the Snapshot. */
export function relationsOf(rows: Rows, lookup: Lookup, keep: (oid: number) => boolean): Relations {
  const parts = partsOf(rows, lookup);
  const tables: Table[] = [];
  const views: View[] = [];
  for (const row of rows.relations) {
    if (!keep(row.oid)) continue;
    if (row.kind === 'v' || row.kind === 'm') views.push(viewOf(row, lookup, parts));
    else tables.push(tableOf(row, row.kind, lookup, parts));
  }
  return { tables: byQName(tables), views: byQName(views) };
}

function tableOf(row: RelationRow, kind: keyof typeof KIND, lookup: Lookup, parts: Parts): Table {
  return {
    accessMethod: row.access_method,
    columns: columnsOf(row.oid, lookup),
    comment: row.comment,
    constraints: parts.constraints(row.oid),
    foreignServer: row.server === null ? null : { options: sortedTexts(row.server_options), server: row.server },
    grants: lookup.grants('table', row),
    indexes: parts.indexes(row.oid),
    kind: KIND[kind],
    name: row.name,
    ofType: nameOf(row.of_type),
    options: optionsOf(row),
    ...lookup.owned(row),
    parents: parts.parents(row),
    partitionKey: row.partition_key,
    policies: parts.policies(row.oid),
    replicaIdentity: REPLICA[row.replica_identity],
    rowSecurity: { enabled: row.row_security, forced: row.force_row_security },
    rules: parts.rules(row.oid),
    schema: lookup.schema(row.schema),
    statistics: parts.statistics(row.oid),
    tablespace: row.tablespace,
    triggers: parts.triggers(row.oid),
    unlogged: row.unlogged,
  };
}

function viewOf(row: RelationRow, lookup: Lookup, parts: Parts): View {
  return {
    accessMethod: row.access_method,
    columns: columnsOf(row.oid, lookup),
    comment: row.comment,
    definition: present(row.definition, row.name),
    grants: lookup.grants('table', row),
    indexes: parts.indexes(row.oid),
    kind: row.kind === 'm' ? 'materialized view' : 'view',
    name: row.name,
    options: optionsOf(row),
    ...lookup.owned(row),
    rules: parts.rules(row.oid),
    schema: lookup.schema(row.schema),
    statistics: parts.statistics(row.oid),
    tablespace: row.tablespace,
    triggers: parts.triggers(row.oid),
  };
}

function optionsOf({ options, toast_options }: RelationRow): readonly string[] {
  if (toast_options === null) return sortedTexts(options);
  return sortedTexts([...(options ?? []), ...toast_options.map((option) => `toast.${option}`)]);
}

function partsOf(rows: Rows, lookup: Lookup): Parts {
  const indexRows = new Map(rows.indexes.map((row) => [row.oid, row]));
  const owners = new Map(
    rows.constraints.filter((row) => 'pux'.includes(row.kind)).map((row) => [row.index ?? 0, row.name]),
  );
  const keywords = new Set(rows.keywords.map(({ word }) => word));
  const index = (row: IndexRow): Index => indexOf(row, lookup, owners.get(row.oid) ?? null, keywords);
  return {
    constraints: childrenOf(
      rows.constraints.filter((row) => row.relation !== 0),
      (row) => constraintOf(row, lookup, indexRows),
    ),
    indexes: childrenOf(rows.indexes, index),
    triggers: childrenOf(rows.triggers, (row) => triggerOf(row, lookup)),
    policies: childrenOf(rows.policies, (row) => policyOf(row, lookup)),
    rules: childrenOf(rows.rules, (row) => ruleOf(row, lookup)),
    statistics: statisticsByRelation(rows, lookup),
    parents: parentsOf(rows, lookup),
  };
}

/** Children are built only when their relation is: what hangs on an excluded table costs nothing more. */
function childrenOf<Row extends { readonly relation: number }, Child extends { readonly name: string }>(
  rows: readonly Row[],
  build: (row: Row) => Child,
): (oid: number) => readonly Child[] {
  const groups = groupBy(rows, (row) => row.relation);
  return (oid) => byName((groups.get(oid) ?? []).map(build));
}

function statisticsByRelation(rows: Rows, lookup: Lookup): Parts['statistics'] {
  const groups = groupBy(rows.statistics, (row) => row.relation);
  return (oid) => {
    const list = groups.get(oid);
    return list ? byQName(list.map((row) => statisticsOf(row, lookup))) : NONE;
  };
}

function parentsOf(rows: Rows, lookup: Lookup): Parts['parents'] {
  const groups = groupBy(rows.inheritance, (row) => row.child);
  return ({ oid, bound }) => {
    const links = groups.get(oid);
    if (!links) return NONE;
    const ordered = links.sort((a, b) => a.number - b.number || byCode(String(a.parent), String(b.parent)));
    return ordered.map(({ parent }) => ({ bound, ...lookup.relation(parent) }));
  };
}
