import type { Action, Name } from '../action.ts';
import { type ActionRule, isNew, type Scene, show, size } from '../rule.ts';

/** What takes ACCESS EXCLUSIVE for a moment, when nothing comes after it in the transaction. */
const STRONG: readonly Action['kind'][] = [
  'add column',
  'drop column',
  'set not null',
  'drop not null',
  'set type',
  'set default',
  'add constraint',
  'drop constraint',
  'enable row security',
  'rename',
];

export const rule: ActionRule = {
  name: 'work-under-lock',
  level: 'warning',
  summary: 'long work after a strong lock in one transaction keeps that lock until all is done',
  lock: 'that of the earlier statement, until COMMIT',
  covers: ['eugene:E4', 'pg-schema-diff:IMPACTS_DATABASE_PERFORMANCE'],
  bad: 'ALTER TABLE bookings ADD COLUMN paid boolean; UPDATE payments SET checked = true WHERE id < 1000',
  good: 'UPDATE payments SET checked = true WHERE id < 1000; ALTER TABLE bookings ADD COLUMN paid boolean',
  judge(action, scene) {
    const work = workOf(action);
    if (!work || !scene.transactional || isNew(work, scene)) return [];
    const held = locked(scene);
    if (!held) return [];
    return [
      {
        subject: show(work),
        message: `${action.kind} on ${show(work)}${size(work, scene)} runs while ${show(held)} is locked against reads and writes`,
        hint: `Move it into a migration of its own, before or after the one that changes ${show(held)}.`,
      },
    ];
  },
};

function workOf(action: Action): Name | null {
  if (action.kind === 'update' || action.kind === 'delete') return action.table;
  return action.kind === 'create index' && !action.concurrently ? action.table : null;
}

/** The table of the first strong lock before, on something that others use. */
function locked(scene: Scene): Name | null {
  for (let index = 0; index < scene.index; index += 1) {
    const earlier = scene.actions[index];
    if (!earlier || !STRONG.includes(earlier.kind)) continue;
    const table = earlier.kind === 'rename' ? earlier.on : 'table' in earlier ? earlier.table : null;
    if (table && !isNew(table, { ...scene, index })) return table;
  }
  return null;
}
