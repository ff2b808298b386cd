/**
 * Two Snapshots into the list of their differences. Pure; compare(a, a) is empty, and compare(a, b) is empty exactly
 * when both have the same hash.
 */
import { byCode, canonicalJson } from '../base/canonical.ts';
import type { Change, ChildKind, FieldChange, Kind, Kinds } from './change.ts';
import type { QName, Snapshot } from './model.ts';

/** In this order in the list of Changes, then by name. */
const LISTS = {
  schemas: 'schema',
  extensions: 'extension',
  types: 'type',
  sequences: 'sequence',
  tables: 'table',
  views: 'view',
  routines: 'routine',
  defaultPrivileges: 'default privilege',
  unmodelled: 'unmodelled',
} as const satisfies Record<keyof Snapshot, Kind>;

/** Fields that hold children: each child that came, went or changed is a Change of its own. */
const CHILDREN = {
  columns: 'column',
  constraints: 'constraint',
  indexes: 'index',
  triggers: 'trigger',
  policies: 'policy',
  rules: 'rule',
  statistics: 'statistics',
} as const satisfies Record<string, ChildKind>;

/** The kinds that have children. An index has a field `columns` too, and it is plain there. */
const PARENTS: readonly Kind[] = ['table', 'view', 'type'];

type Value = Readonly<Record<string, unknown>>;

export function compare(before: Snapshot, after: Snapshot): readonly Change[] {
  const changes: Change[] = [];
  for (const [list, kind] of Object.entries(LISTS) as [keyof Snapshot, Kind][]) {
    compareLists(kind, values(before[list]), values(after[list]), null, changes);
  }
  return changes;
}

function compareLists(
  kind: Kind,
  before: readonly Value[],
  after: readonly Value[],
  parent: QName | null,
  changes: Change[],
): void {
  if (before === after) return;
  const old = keyed(kind, before);
  const young = keyed(kind, after);
  for (const key of [...new Set([...old.keys(), ...young.keys()])].sort(byCode)) {
    const [was, is] = [old.get(key), young.get(key)];
    if (was === undefined) changes.push(change({ action: 'add', object: kind, parent, after: is }));
    else if (is === undefined) changes.push(change({ action: 'drop', object: kind, parent, before: was }));
    else compareValues(kind, was, is, parent, changes);
  }
}

function compareValues(kind: Kind, before: Value, after: Value, parent: QName | null, changes: Change[]): void {
  if (before === after) return;
  const hasChildren = PARENTS.includes(kind);
  const fields: FieldChange[] = [];
  const children: [ChildKind, readonly Value[], readonly Value[]][] = [];
  for (const field of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(byCode)) {
    const child = hasChildren ? CHILDREN[field as keyof typeof CHILDREN] : undefined;
    const [was, is] = [before[field], after[field]];
    if (child === undefined) {
      if (!same(was, is)) fields.push({ field, before: was, after: is });
      continue;
    }
    children.push([child, values(was), values(is)]);
    if (child === 'column') fields.push(...orderChange(values(was), values(is)));
  }
  if (fields.length > 0) changes.push(change({ action: 'alter', object: kind, parent, before, after, fields }));
  const self = before as unknown as QName;
  const here: QName = { schema: self.schema, name: self.name };
  for (const [child, was, is] of children) compareLists(child, was, is, here, changes);
}

/** Columns that both have, standing in another order: of no single column, but `SELECT *` and COPY notice it. */
function orderChange(before: readonly Value[], after: readonly Value[]): FieldChange[] {
  const [was, is] = [before.map((column) => column.name), after.map((column) => column.name)];
  const [stayed, still] = [was.filter((name) => is.includes(name)), is.filter((name) => was.includes(name))];
  return same(stayed, still) ? [] : [{ field: 'columns order', before: was, after: is }];
}

/** What makes two values the same object: never a definition, so that a change of it is an alter. */
function keyed(kind: Kind, list: readonly Value[]): ReadonlyMap<string, Value> {
  return new Map(list.map((value) => [JSON.stringify(keyOf(kind, value)), value]));
}

function keyOf(kind: Kind, value: Value): readonly unknown[] {
  switch (kind) {
    case 'routine':
      return [value.schema, value.name, value.identity];
    case 'default privilege':
      return [value.role, value.schema, value.objects];
    case 'type':
      return [value.schema, value.name, value.kind];
    case 'unmodelled':
      return [value.kind, value.name];
    case 'table':
    case 'view':
    case 'sequence':
    case 'statistics':
      return [value.schema, value.name];
    case 'constraint':
      // A domain's or table's constraint of another kind under the same name is another constraint.
      return [value.name, value.kind];
    default:
      return [value.name];
  }
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return canonicalJson(a) === canonicalJson(b);
}

function values(list: unknown): readonly Value[] {
  return (list ?? []) as readonly Value[];
}

/** The one place where the union is put together from its parts; LISTS and CHILDREN keep kind and value in step. */
function change(parts: {
  readonly action: Change['action'];
  readonly object: Kind;
  readonly parent: QName | null;
  readonly before?: Value | undefined;
  readonly after?: Value | undefined;
  readonly fields?: readonly FieldChange[];
}): Change {
  return Object.freeze(parts) as unknown as Change & { readonly before?: Kinds[Kind] };
}
