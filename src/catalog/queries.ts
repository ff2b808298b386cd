/** The queries of one read, by name: their text and the rows they return. */
import type * as rows from './rows.ts';
import aggregates from './sql/aggregates.sql';
import allSchemas from './sql/all-schemas.sql';
import columns from './sql/columns.sql';
import comments from './sql/comments.sql';
import constraints from './sql/constraints.sql';
import defaultPrivileges from './sql/default-privileges.sql';
import enumLabels from './sql/enum-labels.sql';
import extensions from './sql/extensions.sql';
import indexes from './sql/indexes.sql';
import inheritance from './sql/inheritance.sql';
import keywords from './sql/keywords.sql';
import leanColumns from './sql/lean/columns.sql';
import leanConstraints from './sql/lean/constraints.sql';
import leanRelations from './sql/lean/relations.sql';
import leanRoutines from './sql/lean/routines.sql';
import members from './sql/members.sql';
import outsideTargets from './sql/outside-targets.sql';
import pinSchemas from './sql/pin-schemas.sql';
import policies from './sql/policies.sql';
import prepare from './sql/prepare.sql';
import ranges from './sql/ranges.sql';
import relations from './sql/relations.sql';
import routines from './sql/routines.sql';
import rules from './sql/rules.sql';
import schemas from './sql/schemas.sql';
import sequences from './sql/sequences.sql';
import someOutsideTargets from './sql/some/outside-targets.sql';
import pinRelations from './sql/some/pin-relations.sql';
import someTypeNames from './sql/some/type-names.sql';
import statistics from './sql/statistics.sql';
import triggers from './sql/triggers.sql';
import typeNames from './sql/type-names.sql';
import types from './sql/types.sql';
import unmodelled from './sql/unmodelled.sql';
import type * as tables from './table-rows.ts';

/** Run first: pins the settings that the text of the answers depends on, then the schemas. */
export const PREPARE = [prepare, pinSchemas];

/** Stands for `:schemas` when none are named. */
export const ALL_SCHEMAS = allSchemas.trimEnd();

/** `:enforced` is filled in by read.ts. */
export const QUERIES = {
  schemas,
  extensions,
  members,
  comments,
  relations,
  columns,
  typeNames,
  constraints,
  outsideTargets,
  inheritance,
  indexes,
  keywords,
  triggers,
  policies,
  rules,
  statistics,
  sequences,
  types,
  enumLabels,
  ranges,
  routines,
  aggregates,
  defaultPrivileges,
  unmodelled,
} as const;

/** What row types are made of, and no more: a third of the server's work. What a row here does not have, TypeSource does not name. */
export const TYPE_QUERIES: Partial<Record<keyof Rows, string>> = {
  schemas,
  members,
  comments,
  relations: leanRelations,
  columns: leanColumns,
  typeNames,
  constraints: leanConstraints,
  outsideTargets,
  inheritance,
  types,
  enumLabels,
  routines: leanRoutines,
};

/** Run after PREPARE for some tables alone: pins them by their `:names`. */
export const PIN_RELATIONS = pinRelations;

/** What some tables alone are made of: their columns, constraints and indexes, however many tables there are. */
export const TABLE_QUERIES: Partial<Record<keyof Rows, string>> = {
  schemas,
  relations: some(relations, 'c.oid'),
  columns: some(columns, 'c.oid'),
  typeNames: someTypeNames,
  constraints: some(constraints, 'con.conrelid'),
  outsideTargets: someOutsideTargets,
  inheritance: `${inheritance.trimEnd()} AND c.oid = ANY (current_setting('strata.relations')::oid[])`,
  indexes: some(indexes, 'i.indrelid'),
};

/** The same query of pinned relations instead of all in the schemas. */
function some(query: string, relation: string): string {
  return query.replace(/\b\w+\.\w+namespace = ANY \(current_setting\('strata\.schemas'\)/, () => {
    return `${relation} = ANY (current_setting('strata.relations')`;
  });
}

export interface Rows {
  readonly schemas: readonly rows.SchemaRow[];
  readonly extensions: readonly rows.ExtensionRow[];
  readonly members: readonly rows.MemberRow[];
  readonly comments: readonly rows.CommentRow[];
  readonly relations: readonly tables.RelationRow[];
  readonly columns: readonly tables.ColumnRow[];
  readonly typeNames: readonly rows.TypeNameRow[];
  readonly constraints: readonly tables.ConstraintRow[];
  readonly outsideTargets: readonly tables.OutsideTargetRow[];
  readonly inheritance: readonly tables.InheritanceRow[];
  readonly indexes: readonly tables.IndexRow[];
  readonly keywords: readonly rows.KeywordRow[];
  readonly triggers: readonly tables.TriggerRow[];
  readonly policies: readonly tables.PolicyRow[];
  readonly rules: readonly tables.RuleRow[];
  readonly statistics: readonly tables.StatisticsRow[];
  readonly sequences: readonly rows.SequenceRow[];
  readonly types: readonly rows.TypeRow[];
  readonly enumLabels: readonly rows.EnumLabelRow[];
  readonly ranges: readonly rows.RangeRow[];
  readonly routines: readonly rows.RoutineRow[];
  readonly aggregates: readonly rows.AggregateRow[];
  readonly defaultPrivileges: readonly rows.DefaultPrivilegeRow[];
  readonly unmodelled: readonly rows.UnmodelledRow[];
}
