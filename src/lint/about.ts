/**
 * Which earlier actions are about a table. Rules ask that for every statement; going through all that came before made
 * 1,000 migrations quadratic (a third of the time of lint), so each list of actions is indexed once, and as it grows.
 */
import type { Action, Name } from './action.ts';
import { constraintsOf } from './columns.ts';

interface Index {
  /** So many actions of the list are in it. */
  seen: number;
  /** Positions by table name without schema, ascending. */
  readonly byName: Map<string, number[]>;
}

const INDEXES = new WeakMap<readonly Action[], Index>();

/** Actions before `until` (default: all) that name the table, whatever the schema. In order. */
export function about(actions: readonly Action[], { name }: Name, until: number = actions.length): readonly Action[] {
  const positions = indexOf(actions).byName.get(name) ?? [];
  return positions.flatMap((at) => (at < until ? (actions[at] ?? []) : []));
}

function indexOf(actions: readonly Action[]): Index {
  const index = INDEXES.get(actions) ?? { seen: 0, byName: new Map<string, number[]>() };
  if (index.seen === 0) INDEXES.set(actions, index);
  for (; index.seen < actions.length; index.seen += 1) {
    for (const name of namesIn(actions[index.seen])) {
      const positions = index.byName.get(name);
      if (!positions) index.byName.set(name, [index.seen]);
      else if (positions.at(-1) !== index.seen) positions.push(index.seen);
    }
  }
  return index;
}

/** Of every table that an action is about, also those that its foreign keys refer to. */
function namesIn(action: Action | undefined): readonly string[] {
  if (!action) return [];
  const names: string[] = [];
  if ('table' in action && action.table) names.push(action.table.name);
  if (action.kind === 'rename' && action.on) names.push(action.on.name, action.to);
  if (action.kind === 'drop') names.push(...action.names.map(({ name }) => name));
  if (action.kind === 'truncate' || action.kind === 'lock table') names.push(...action.tables.map(({ name }) => name));
  if (action.kind === 'detach partition' || action.kind === 'attach partition') names.push(action.partition.name);
  if (action.kind === 'create table') names.push(...action.parents.map(({ name }) => name));
  if (action.kind === 'create view') names.push(action.name.name, ...action.tables.map(({ name }) => name));
  if (action.kind === 'view security') names.push(action.name.name);
  for (const { references } of constraintsOf(action)) if (references) names.push(references.name);
  return names;
}
