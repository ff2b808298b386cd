import type { Name } from '../action.ts';
import { isPartitioned } from '../partitions.ts';
import { type ActionRule, isNew, type Scene, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'drop-index-concurrently',
  level: 'warning',
  summary: 'DROP INDEX without CONCURRENTLY waits for every reader of the table, and everybody waits behind it',
  lock: 'ACCESS EXCLUSIVE on the table: neither reads nor writes',
  covers: [
    'squawk:require-concurrent-index-deletion',
    'strong_migrations:remove_index',
    'atlas:PG102',
    'pg-schema-diff:INDEX_DROPPED',
  ],
  bad: 'DROP INDEX idx_bookings_price',
  good: 'DROP INDEX CONCURRENTLY idx_bookings_price',
  judge(action, scene) {
    if (action.kind !== 'drop' || action.what !== 'index' || action.concurrently) return [];
    // What a down builds again is no reason why the up should lock.
    const undone = scene.direction === 'down' ? scene.other : [];
    const built = [...undone, ...scene.actions.slice(0, scene.index)];
    return action.names
      .filter(
        ({ name }) => !built.some((made) => made.kind === 'create index' && made.name === name && !made.concurrently),
      )
      .flatMap((name) => {
        const table = tableOf(name, scene);
        if (table && isNew(table, scene)) return [];
        return [
          {
            subject: show(name),
            message: `DROP INDEX ${show(name)} locks its table against reads and writes`,
            hint:
              table && isPartitioned(table, scene)
                ? `The index of a partitioned table has no concurrent form: drop ${show(name)} in a quiet hour, within lock_timeout.`
                : `In a migration with pgm.noTransaction(): DROP INDEX CONCURRENTLY ${show(name)};`,
          },
        ];
      });
  },
};

/** By the database, or an earlier migration of the run; null: nobody knows. */
function tableOf(index: Name, { before, actions, facts }: Scene): Name | null {
  const made = [...before, ...actions].find((one) => one.kind === 'create index' && one.name === index.name);
  return facts.tableOfIndex(index) ?? (made?.kind === 'create index' ? made.table : null);
}
