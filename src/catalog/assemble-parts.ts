/** The small things that hang on a relation: indexes, triggers, policies, rules, extended statistics. */

import { byCode } from '../base/canonical.ts';
import { type Lookup, NONE } from './lookup.ts';
import type { Enabled, Index, Policy, Rule, Statistics, Trigger } from './table-model.ts';
import type { IndexRow, PolicyRow, RuleRow, StatisticsRow, TriggerRow } from './table-rows.ts';

const ENABLED: Readonly<Record<string, Enabled>> = { O: 'origin', D: 'disabled', R: 'replica', A: 'always' };
const COMMAND = { '*': 'ALL', r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' } as const;

export function indexOf(row: IndexRow, lookup: Lookup, constraint: string | null): Index {
  const key = row.key.split(' ').map(Number);
  const columns = key.map((number) => (number === 0 ? null : lookup.column(row.relation, number)));
  const included = columns.slice(row.key_count).filter((name) => name !== null);
  return {
    name: row.name,
    definition: row.definition,
    method: row.method,
    unique: row.unique,
    valid: row.valid,
    columns: columns.slice(0, row.key_count),
    include: included.length === 0 ? NONE : included,
    predicate: row.predicate,
    constraint,
    clustered: row.clustered,
    replicaIdentity: row.replica_identity,
    tablespace: row.tablespace,
    statistics: targetsOf(row.oid, lookup),
    comment: row.comment,
  };
}

function targetsOf(index: number, lookup: Lookup): readonly string[] {
  const rows = lookup.columns(index);
  return rows.length === 0 ? NONE : rows.map(({ number, statistics }) => `${number}=${statistics}`);
}

export function triggerOf(row: TriggerRow, lookup: Lookup): Trigger {
  return {
    name: row.name,
    definition: row.definition,
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
    definition: row.definition,
    enabled: ENABLED[row.enabled] ?? 'origin',
    comment: lookup.comment('pg_rewrite', row.oid),
  };
}

export function statisticsOf(row: StatisticsRow, lookup: Lookup): Statistics {
  return {
    schema: row.schema,
    name: row.name,
    definition: row.definition,
    target: row.target,
    comment: lookup.comment('pg_statistic_ext', row.oid),
  };
}
