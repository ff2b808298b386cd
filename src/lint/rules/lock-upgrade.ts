import { about } from '../about.ts';
import type { LockLevel } from '../action.ts';
import { locksOf } from '../locks.ts';
import { type ActionRule, isNew, same, show } from '../rule.ts';

/** What writers hold while they write: whoever waits for more meanwhile deadlocks with the next writer. */
const WEAK: readonly LockLevel[] = ['ROW EXCLUSIVE', 'SHARE'];
const STRONG: readonly LockLevel[] = ['SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'];

export const rule: ActionRule = {
  name: 'lock-upgrade',
  level: 'warning',
  summary: 'a transaction that first writes to a table and then alters it deadlocks with whoever does the same',
  lock: 'a weak one, made stronger while others hold the weak one too',
  covers: ['pg-schema-diff:ACQUIRES_ACCESS_EXCLUSIVE_LOCK'],
  bad: 'DELETE FROM bookings WHERE id < 10; ALTER TABLE bookings ADD COLUMN paid boolean',
  good: 'ALTER TABLE bookings ADD COLUMN paid boolean; DELETE FROM bookings WHERE id < 10',
  judge(action, scene) {
    if (!scene.transactional) return [];
    return locksOf(action, scene.facts).flatMap(({ relation, level }) => {
      if (!STRONG.includes(level) || isNew(relation, scene)) return [];
      const held = about(scene.actions, relation, scene.index).flatMap((earlier) =>
        locksOf(earlier, scene.facts)
          .filter((lock) => same(lock.relation, relation))
          .map((lock) => ({ ...lock, by: earlier.kind })),
      );
      const first = held[0];
      if (!first || !WEAK.includes(first.level) || held.some((lock) => STRONG.includes(lock.level))) return [];
      const table = show(relation);
      return [
        {
          subject: table,
          message: `"${first.by}" holds ${first.level} on ${table} when "${action.kind}" asks for ${level}: a deadlock with any writer that does both`,
          hint: `Do "${action.kind}" first, or in a migration of its own; or begin with: LOCK TABLE ${table} IN ${level} MODE;`,
        },
      ];
    });
  },
};
