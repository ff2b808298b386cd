/** What is known of partitioned tables: by the database, or by the migrations that make them. */
import type { Action, ActionOf, Name } from './action.ts';
import type { Facts } from './facts.ts';
import { doneSoFar, type Scene, same, show } from './rule.ts';

type Known = Pick<Scene, 'actions' | 'before' | 'facts' | 'index'>;

export function isPartitioned(table: Name, scene: Known): boolean {
  const made = doneSoFar(table, scene).some(
    (one) => one.kind === 'create table' && one.partitioned && same(one.table, table),
  );
  return made || isPartitionedThere(table, scene.facts);
}

/** By the database alone. */
export function isPartitionedThere(table: Name, facts: Facts): boolean {
  return facts.table(table)?.table.kind === 'partitioned table';
}

/** How a partitioned table gets an index while writers write. */
export function indexesByPartition({ name, table, columns, unique }: ActionOf<'create index'>): string {
  const index = `INDEX ${name === null ? 'name' : show(name)} ON ONLY ${show(table)} (${columns.map(show).join(', ')})`;
  return `CREATE ${unique ? 'UNIQUE ' : ''}${index}; then build one concurrently on each partition and attach it with ALTER INDEX … ATTACH PARTITION.`;
}

/** The partition that takes what no other one does; null: there is none, as far as is known. */
export function defaultPartition(parent: Name, scene: Known): Name | null {
  const made = doneSoFar(parent, scene).findLast(
    (one) =>
      (one.kind === 'create table' && one.isDefault && one.parents.some((name) => same(name, parent))) ||
      (one.kind === 'attach partition' && one.isDefault && same(one.table, parent)),
  );
  const own = made?.kind === 'create table' ? made.table : made?.kind === 'attach partition' ? made.partition : null;
  const found = own ?? scene.facts.table(parent)?.defaultPartition ?? null;
  const gone = found && doneSoFar(found, scene).some((one) => takesAway(one, found));
  return gone ? null : found;
}

function takesAway(action: Action, partition: Name): boolean {
  if (action.kind === 'detach partition') return same(action.partition, partition);
  return action.kind === 'drop' && action.what === 'table' && action.names.some((name) => same(name, partition));
}
