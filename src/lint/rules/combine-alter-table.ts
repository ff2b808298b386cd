import { about } from '../about.ts';
import type { Action } from '../action.ts';
import { locksOf } from '../locks.ts';
import { type ActionRule, isNew, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'combine-alter-table',
  level: 'note',
  summary: 'two ALTER TABLE that both go over every row do so twice; with their commands in one statement, once',
  lock: 'ACCESS EXCLUSIVE, twice as long as needed',
  grows: true,
  covers: ['eugene:W12'],
  bad: 'ALTER TABLE bookings ALTER COLUMN a TYPE bigint; ALTER TABLE bookings ALTER COLUMN b TYPE bigint',
  good: 'ALTER TABLE bookings ALTER COLUMN a TYPE bigint, ALTER COLUMN b TYPE bigint',
  judge(action, scene) {
    if (!('table' in action) || !action.table || !isHeavy(action, scene.facts) || isNew(action.table, scene)) return [];
    const { table } = action;
    const earlier = about(scene.actions, table, scene.index).some(
      (one) => 'table' in one && one.table && same(one.table, table) && isHeavy(one, scene.facts),
    );
    // The commands of one statement follow each other with the same text.
    const twice = scene.sql.match(/\b(?:add|alter|drop)\b/gi)?.length ?? 0;
    if (!earlier || twice > 2) return [];
    return [
      {
        subject: show(table),
        message: `${show(table)} is gone over once more by "${action.kind}"`,
        hint: `Put the commands into one statement: ALTER TABLE ${show(table)} …, …;`,
      },
    ];
  },
};

function isHeavy(action: Action, facts: Parameters<typeof locksOf>[1]): boolean {
  const alters = /^(?:add column|add constraint|set type)$/.test(action.kind);
  return alters && locksOf(action, facts).some(({ work }) => work === 'rewrite' || work === 'scan');
}
