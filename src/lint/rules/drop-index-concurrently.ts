import { type ActionRule, show } from '../rule.ts';

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
      .map((name) => ({
        subject: show(name),
        message: `DROP INDEX ${show(name)} locks its table against reads and writes`,
        hint: `In a migration with pgm.noTransaction(): DROP INDEX CONCURRENTLY ${show(name)};`,
      }));
  },
};
