import type { Action, Name } from '../action.ts';
import { constraintsOf } from '../columns.ts';
import { type ActionRule, doneSoFar, type Scene, same, show } from '../rule.ts';

export const rule: ActionRule = {
  name: 'drop-foreign-key',
  level: 'warning',
  summary: 'without its foreign key, rows may refer to what is gone, and adding it back needs a check of all of them',
  lock: 'ACCESS EXCLUSIVE on both tables for a moment',
  covers: ['atlas:CD101'],
  bad: 'ALTER TABLE bookings DROP CONSTRAINT fk_bookings_tutor_id',
  good: 'ALTER TABLE bookings DROP CONSTRAINT fk_bookings_tutor_id; ALTER TABLE bookings ADD CONSTRAINT fk_bookings_tutor_id FOREIGN KEY (tutor_id) REFERENCES tutors NOT VALID',
  only: 'up',
  judge(action, scene) {
    if (action.kind !== 'drop constraint' || !isForeign(action.table, action.constraint, scene)) return [];
    const again = scene.actions.slice(scene.index + 1).some((one) => adds(one, action.table));
    if (again) return [];
    const [table, name] = [show(action.table), show(action.constraint)];
    return [
      {
        subject: `${table}.${action.constraint}`,
        message: `rows of ${table} may refer to nothing once ${name} is gone`,
        hint: `Keep ${name}, or say why it may go: -- strata-lint-ignore drop-foreign-key: …`,
      },
    ];
  },
};

/** By what the database or an earlier migration says of it; failing that, by its name. */
function isForeign(table: Name, name: string, scene: Scene): boolean {
  const live = scene.facts.table(table)?.table.constraints.find((one) => one.name === name);
  if (live) return live.kind === 'foreign key';
  const made = doneSoFar(table, scene).flatMap((one) => {
    return 'table' in one && one.table && same(one.table, table) ? constraintsOf(one) : [];
  });
  const known = made.find((one) => one.name === name);
  return known ? known.kind === 'foreign key' : /^fk_|_fk(?:ey)?$/.test(name);
}

function adds(action: Action, table: Name): boolean {
  return action.kind === 'add constraint' && action.constraint.kind === 'foreign key' && same(action.table, table);
}
