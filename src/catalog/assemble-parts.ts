/** The small things that hang on a relation: indexes, triggers, policies, rules, extended statistics. */

import { byCode } from '../base/canonical.ts';
import { type Lookup, NONE, present } from './lookup.ts';
import type { Enabled, Index, Policy, Rule, Statistics, Trigger } from './table-model.ts';
import type { IndexRow, PolicyRow, RuleRow, StatisticsRow, TriggerRow } from './table-rows.ts';

const ENABLED: Readonly<Record<string, Enabled>> = { O: 'origin', D: 'disabled', R: 'replica', A: 'always' };
const COMMAND = { '*': 'ALL', r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' } as const;

export function indexOf(row: IndexRow, lookup: Lookup, constraint: string | null): Index {
  const key = row.key.split(' ').map(Number);
  const columns = key.map((number) => (number === 0 ? null : lookup.column(row.relation, number)));
  const included = columns.slice(row.key_count).filter((name) => name !== null);
  return {
    clustered: row.clustered,
    columns: columns.slice(0, row.key_count),
    comment: row.comment,
    constraint,
    definition: present(row.definition, row.name),
    include: included.length === 0 ? NONE : included,
    method: row.method,
    name: row.name,
    predicate: row.predicate,
    replicaIdentity: row.replica_identity,
    statistics: targetsOf(row.oid, lookup),
    tablespace: row.tablespace,
    unique: row.unique,
    valid: row.valid,
  };
}

function targetsOf(index: number, lookup: Lookup): readonly string[] {
  const rows = lookup.columns(index);
  return rows.length === 0 ? NONE : rows.map(({ number, statistics }) => `${number}=${statistics}`);
}

export function triggerOf(row: TriggerRow, lookup: Lookup): Trigger {
  return {
    name: row.name,
    definition: present(row.definition, row.name),
    function: { schema: row.function_schema, name: row.function_name },
    enabled: ENABLED[row.enabled] ?? 'origin',
    comment: lookup.comment('pg_trigger', row.oid),
  };
}

export function policyOf(row: PolicyRow, lookup: Lookup): Policy {
  return {
    name: row.name,
    command: COMMAND[row.command],
    permissive: row.permissive,
    roles: [...row.roles].sort(byCode),
    using: row.using,
    withCheck: row.with_check,
    comment: lookup.comment('pg_policy', row.oid),
  };
}

export function ruleOf(row: RuleRow, lookup: Lookup): Rule {
  return {
    name: row.name,
    definition: present(row.definition, row.name),
    enabled: ENABLED[row.enabled] ?? 'origin',
    comment: lookup.comment('pg_rewrite', row.oid),
  };
}

export function statisticsOf(row: StatisticsRow, lookup: Lookup): Statistics {
  return {
    schema: row.schema,
    name: row.name,
    definition: present(row.definition, row.name),
    target: row.target,
    comment: lookup.comment('pg_statistic_ext', row.oid),
  };
}
