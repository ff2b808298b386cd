/** The small things that hang on a relation: indexes, triggers, policies, rules, extended statistics. */

import { byCode } from '../base/canonical.ts';
import { plainDefinition } from './index-definition.ts';
import { type Lookup, NONE, present } from './lookup.ts';
import type { Enabled, Index, Policy, Rule, Statistics, Trigger } from './table-model.ts';
import type { IndexRow, PolicyRow, RuleRow, StatisticsRow, TriggerRow } from './table-rows.ts';

const ENABLED: Readonly<Record<string, Enabled>> = { O: 'origin', D: 'disabled', R: 'replica', A: 'always' };
const COMMAND = { '*': 'ALL', r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' } as const;

export function indexOf(
  row: IndexRow,
  lookup: Lookup,
  constraint: string | null,
  keywords: ReadonlySet<string>,
): Index {
  const key = row.key.split(' ').map(Number);
  const columns = key.map((number) => (number === 0 ? null : lookup.column(row.relation, number)));
  const count = row.key_count ?? columns.length;
  const included = columns.slice(count).filter((name) => name !== null);
  return {
    clustered: row.clustered === true,
    columns: columns.slice(0, count),
    comment: row.comment,
    constraint,
    definition:
      row.definition === ''
        ? plainDefinition(row, lookup.relation(row.relation), columns, keywords)
        : present(row.definition, row.name),
    include: included.length === 0 ? NONE : included,
    method: row.method ?? 'btree',
    name: row.name,
    predicate: row.predicate,
    replicaIdentity: row.replica_identity === true,
    statistics: targetsOf(row.oid, lookup),
    tablespace: row.tablespace,
    unique: row.unique === true,
    valid: row.valid !== false,
  };
}

function targetsOf(index: number, lookup: Lookup): readonly string[] {
  const rows = lookup.columns(index);
  return rows.length === 0 ? NONE : rows.map(({ number, statistics }) => `${number}=${statistics}`);
}

export function triggerOf(row: TriggerRow, lookup: Lookup): Trigger {
  return {
    comment: lookup.comment('pg_trigger', row.oid),
    definition: present(row.definition, row.name),
    enabled: ENABLED[row.enabled] ?? 'origin',
    function: { name: row.function_name, schema: row.function_schema },
    name: row.name,
  };
}

export function policyOf(row: PolicyRow, lookup: Lookup): Policy {
  return {
    command: COMMAND[row.command],
    comment: lookup.comment('pg_policy', row.oid),
    name: row.name,
    permissive: row.permissive,
    roles: [...row.roles].sort(byCode),
    using: row.using,
    withCheck: row.with_check,
  };
}

export function ruleOf(row: RuleRow, lookup: Lookup): Rule {
  return {
    comment: lookup.comment('pg_rewrite', row.oid),
    definition: present(row.definition, row.name),
    enabled: ENABLED[row.enabled] ?? 'origin',
    name: row.name,
  };
}

export function statisticsOf(row: StatisticsRow, lookup: Lookup): Statistics {
  return {
    comment: lookup.comment('pg_statistic_ext', row.oid),
    definition: present(row.definition, row.name),
    name: row.name,
    schema: row.schema,
    target: row.target,
  };
}
