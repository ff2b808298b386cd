/**
 * The lock that each action takes on each relation, and what it does meanwhile. Source: PostgreSQL's documentation of
 * ALTER TABLE and explicit locking; test/lint/locks.test.ts measures every line on a real server.
 */
import type { Action, ActionOf, AddedConstraint, LockLevel, Name } from './action.ts';
import { constraintsOf, isFilled, isSerial } from './columns.ts';
import type { Facts } from './facts.ts';
import { volatileIn } from './rules/column-default-volatile.ts';
import { isWidening } from './rules/column-type.ts';

/** `metadata`: a moment, whatever the size. `scan` reads every row or builds an index; `rewrite` writes every row anew. */
export type Work = 'metadata' | 'scan' | 'rewrite' | 'rows';

export interface Lock {
  readonly relation: Name;
  readonly level: LockLevel;
  readonly work: Work;
}

/** On relations that the reader can name; ACCESS SHARE and what is below is not told. */
export function locksOf(action: Action, facts: Facts): readonly Lock[] {
  switch (action.kind) {
    case 'create table': {
      const level = action.from === 'partition' ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE';
      const parents = action.parents.map((parent) => on(parent, level, 'metadata'));
      return [...parents, ...constraintsOf(action).flatMap((one) => referred(one, 'metadata'))];
    }
    case 'add column':
      return [
        on(action.table, 'ACCESS EXCLUSIVE', addedWork(action, facts)),
        ...action.column.constraints.flatMap((one) => referred(one, isFilled(action.column) ? 'scan' : 'metadata')),
      ];
    case 'set type':
      return [on(action.table, 'ACCESS EXCLUSIVE', isWidening(action, { facts }) ? 'metadata' : 'rewrite')];
    case 'set not null':
      return [
        on(
          action.table,
          'ACCESS EXCLUSIVE',
          facts.table(action.table)?.proved.has(action.column) ? 'metadata' : 'scan',
        ),
      ];
    case 'drop column':
    case 'drop constraint':
      return [on(action.table, 'ACCESS EXCLUSIVE', 'metadata'), ...released(action, facts)];
    case 'drop not null':
    case 'set default':
    case 'enable row security':
    case 'disable row security':
    case 'force row security':
    case 'unforce row security':
    case 'create policy':
    case 'set schema':
      return [on(action.table, 'ACCESS EXCLUSIVE', 'metadata')];
    case 'add constraint':
      return constraintLocks(action);
    case 'validate constraint':
      return [on(action.table, 'SHARE UPDATE EXCLUSIVE', 'scan')];
    case 'add domain constraint':
      return action.notValid ? [] : (facts.tablesOf(action.name) ?? []).map((table) => on(table, 'SHARE', 'scan'));
    case 'alter table':
      return [
        on(action.table, ALTERS[action.what] ?? 'ACCESS EXCLUSIVE', MOVES.test(action.what) ? 'rewrite' : 'metadata'),
      ];
    case 'attach partition':
      return [on(action.table, 'SHARE UPDATE EXCLUSIVE', 'metadata'), on(action.partition, 'ACCESS EXCLUSIVE', 'scan')];
    case 'detach partition': {
      const level = action.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
      return [on(action.table, level, 'metadata'), on(action.partition, 'ACCESS EXCLUSIVE', 'metadata')];
    }
    case 'create index':
      return [on(action.table, action.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE', 'scan')];
    case 'create trigger':
      return [on(action.table, 'SHARE ROW EXCLUSIVE', 'metadata')];
    case 'insert':
    case 'update':
    case 'delete':
      return [on(action.table, 'ROW EXCLUSIVE', 'rows')];
    default:
      return wholeLocks(action, facts);
  }
}

/** Actions on objects as a whole. */
function wholeLocks(action: Action, facts: Facts): readonly Lock[] {
  switch (action.kind) {
    case 'drop':
      if (action.tables.length > 0) return action.tables.map((table) => on(table, 'ACCESS EXCLUSIVE', 'metadata'));
      if (!/table|view|index|sequence/.test(action.what)) return [];
      // An index is dropped under a lock on its table, which is what others notice.
      return action.names.flatMap((name) => [
        on(
          (action.what === 'index' && facts.tableOfIndex(name)) || name,
          action.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE',
          'metadata',
        ),
        ...(action.what === 'table' ? released({ table: name }, facts) : []),
      ]);
    case 'rename': {
      if (!action.on || action.what === 'index') return [];
      return [on(action.on, 'ACCESS EXCLUSIVE', 'metadata')];
    }
    case 'lock table':
      return action.tables.map((table) => on(table, action.level, 'metadata'));
    case 'truncate':
      return action.tables.map((table) => on(table, 'ACCESS EXCLUSIVE', 'metadata'));
    case 'refresh':
      return [
        on(
          action.table,
          action.concurrently ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE',
          action.concurrently ? 'rows' : 'rewrite',
        ),
      ];
    case 'vacuum full':
    case 'cluster':
      return action.table ? [on(action.table, 'ACCESS EXCLUSIVE', 'rewrite')] : [];
    case 'reindex':
      return action.name ? [on(action.name, action.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE', 'scan')] : [];
    default:
      return [];
  }
}

/** Those that write the whole table to another place. */
const MOVES = /^AT_Set(?:Logged|UnLogged|TableSpace|AccessMethod|Expression)$/;

/** ALTER TABLE commands that get by with less than ACCESS EXCLUSIVE. */
const ALTERS: Readonly<Record<string, LockLevel>> = {
  AT_SetStatistics: 'SHARE UPDATE EXCLUSIVE',
  AT_SetRelOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ResetRelOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_SetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ClusterOn: 'SHARE UPDATE EXCLUSIVE',
  AT_DropCluster: 'SHARE UPDATE EXCLUSIVE',
  AT_EnableTrig: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableAlwaysTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableReplicaTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigUser: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigUser: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigAll: 'SHARE ROW EXCLUSIVE',
};

function on(relation: Name, level: LockLevel, work: Work): Lock {
  return { relation, level, work };
}

function referred({ references }: AddedConstraint, work: Work): readonly Lock[] {
  return references ? [on(references, 'SHARE ROW EXCLUSIVE', work)] : [];
}

/** The other table of a foreign key loses its triggers, too. */
function released(
  { table, column, constraint }: { readonly table: Name; readonly column?: string; readonly constraint?: string },
  facts: Facts,
): readonly Lock[] {
  const constraints = facts.table(table)?.table.constraints ?? [];
  return constraints.flatMap((one) => {
    if (one.kind !== 'foreign key') return [];
    if (constraint !== undefined && one.name !== constraint) return [];
    if (column !== undefined && !one.columns.includes(column)) return [];
    const { schema, name } = one.references;
    // As the reader writes it: without the schema where that is the same.
    const near = table.schema === null && schema === facts.table(table)?.table.schema;
    return [on({ schema: near ? null : schema, name }, 'ACCESS EXCLUSIVE', 'metadata')];
  });
}

function addedWork({ column }: ActionOf<'add column'>, facts: Facts): Work {
  if (column.identity || isSerial(column) || column.generated || volatileIn(column.default) !== null) return 'rewrite';
  if (!column.array && facts.constrained({ schema: column.typeSchema, name: column.type })) return 'rewrite';
  const reads = ({ kind }: AddedConstraint): boolean =>
    kind === 'foreign key' ? isFilled(column) : kind !== 'not null';
  return column.constraints.some(reads) ? 'scan' : 'metadata';
}

function constraintLocks({ table, constraint }: ActionOf<'add constraint'>): readonly Lock[] {
  const work = constraint.notValid || constraint.usingIndex !== null ? 'metadata' : 'scan';
  if (constraint.kind !== 'foreign key') return [on(table, 'ACCESS EXCLUSIVE', work)];
  return [on(table, 'SHARE ROW EXCLUSIVE', work), ...referred(constraint, work)];
}
