/** Whether what a statement has to read or write is known to be little: rules that hurt with rows are notes then. */
import type { Action, Name } from './action.ts';
import { defaultPartition } from './partitions.ts';
import type { Scene } from './rule.ts';

/** `limit`: fewer rows than that are few. Of every table that it goes over, or it is not small. */
export function isSmall(action: Action, scene: Scene, limit: number): boolean {
  const tables = workedOn(action, scene);
  return tables.length > 0 && tables.every((table) => (scene.facts.table(table)?.rows ?? Infinity) < limit);
}

function workedOn(action: Action, scene: Scene): readonly Name[] {
  switch (action.kind) {
    case 'insert':
      return action.from;
    case 'reindex':
      return present(action.name && action.what === 'index' ? scene.facts.tableOfIndex(action.name) : action.name);
    case 'alter index':
      return present(scene.facts.tableOfIndex(action.index));
    case 'attach partition':
      return [action.partition, ...present(action.isDefault ? null : defaultPartition(action.table, scene))];
    case 'create table':
      return action.parents.flatMap((parent) => present(defaultPartition(parent, scene)));
    case 'add domain constraint':
      return scene.facts.tablesOf(action.name) ?? [];
    default:
      return 'table' in action ? present(action.table) : [];
  }
}

function present(name: Name | null): readonly Name[] {
  return name === null ? [] : [name];
}
