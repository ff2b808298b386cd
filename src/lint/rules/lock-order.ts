import { about } from '../about.ts';
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
    if (!scene.transactional || scene.pending.length === 0 || scene.index === 0) return [];
    return strong([action], scene).flatMap((table) => {
      if (isHeld(table, scene)) return [];
      const found = opposite(table, scene);
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
  return tables.filter(
    (table, at) =>
      tables.findIndex((one) => same(one, table)) === at &&
      !isNew(table, scene) &&
      !about(scene.before, table).some((one) => one.kind === 'create table' && same(one.table, table)),
  );
}

/** Locked so by this script already. */
function isHeld(table: Name, scene: Scene): boolean {
  return strong(about(scene.actions, table, scene.index), scene).some((one) => same(one, table));
}

/** A pending migration that locks the table, and after it one that this script holds. */
function opposite(table: Name, scene: Scene): { readonly other: Name; readonly migration: string } | null {
  for (const { name, actions } of scene.pending) {
    if (about(actions, table).length === 0) continue;
    const order = strong(actions, scene);
    const at = order.findIndex((one) => same(one, table));
    const other = at < 0 ? undefined : order.slice(at + 1).find((one) => isHeld(one, scene));
    if (other) return { other, migration: name };
  }
  return null;
}
