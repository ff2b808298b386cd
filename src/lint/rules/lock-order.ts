import type { Action, Name } from '../action.ts';
import { locksOf } from '../locks.ts';
import { type ActionRule, isNew, type Scene, same, show } from '../rule.ts';

/** Two runs, or a run and the release before it, that lock the same tables the other way round wait for each other for ever. */
export const rule: ActionRule = {
  name: 'lock-order',
  level: 'warning',
  summary:
    'two pending migrations that lock the same tables in opposite order can deadlock, with each other in one transaction or with what runs beside them',
  lock: 'two strong ones, held until COMMIT',
  covers: [],
  bad: {
    earlier: 'ALTER TABLE users ADD COLUMN a int; ALTER TABLE bookings ADD COLUMN a int',
    up: 'ALTER TABLE bookings ADD COLUMN b int; ALTER TABLE users ADD COLUMN b int',
    down: 'SELECT 1',
  },
  good: {
    earlier: 'ALTER TABLE users ADD COLUMN a int; ALTER TABLE bookings ADD COLUMN a int',
    up: 'ALTER TABLE users ADD COLUMN b int; ALTER TABLE bookings ADD COLUMN b int',
    down: 'SELECT 1',
  },
  only: 'up',
  judge(action, scene) {
    if (!scene.transactional) return [];
    const held = strong(scene.actions.slice(0, scene.index), scene);
    return strong([action], scene)
      .filter((table) => !held.some((one) => same(one, table)))
      .flatMap((table) => {
        const found = opposite(held, table, scene);
        if (!found) return [];
        const [first, second] = [show(found.other), show(table)];
        return [
          {
            subject: `${first}, ${second}`,
            message: `locks ${first} before ${second}; the pending migration ${found.migration} locks ${second} before ${first}`,
            hint: `Give both the same order, or each table a migration of its own; for example first: LOCK TABLE ${second}, ${first} IN ACCESS EXCLUSIVE MODE;`,
          },
        ];
      });
  },
};

/** Tables that others use, in the order in which they are locked against reads and writes. */
function strong(actions: readonly Action[], scene: Scene): readonly Name[] {
  const locks = actions.flatMap((action) => locksOf(action, scene.facts));
  const tables = locks.filter(({ level }) => level === 'ACCESS EXCLUSIVE').map(({ relation }) => relation);
  const made = scene.before.filter((one) => one.kind === 'create table').map(({ table }) => table);
  return tables.filter(
    (table, at) =>
      tables.findIndex((one) => same(one, table)) === at &&
      !isNew(table, scene) &&
      !made.some((one) => same(one, table)),
  );
}

function opposite(
  held: readonly Name[],
  table: Name,
  scene: Scene,
): { readonly other: Name; readonly migration: string } | null {
  for (const { name, actions } of held.length === 0 ? [] : scene.pending) {
    const order = strong(actions, scene);
    const at = order.findIndex((one) => same(one, table));
    const other = held.find((one) => at >= 0 && order.findIndex((later) => same(later, one)) > at);
    if (other) return { other, migration: name };
  }
  return null;
}
