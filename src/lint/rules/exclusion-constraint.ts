import { lateConstraints } from '../constraints.ts';
import { type ActionRule, show, size } from '../rule.ts';

export const rule: ActionRule = {
  name: 'exclusion-constraint',
  level: 'error',
  summary: 'EXCLUDE on a table with rows builds its index under the strongest lock; there is no other way to add it',
  lock: 'ACCESS EXCLUSIVE until the index is built',
  grows: true,
  covers: ['squawk:constraint-missing-not-valid', 'strong_migrations:add_exclusion_constraint', 'eugene:E8'],
  bad: 'ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&)',
  good: 'CREATE TABLE bookings (room int, during tstzrange); ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&)',
  judge(action, scene) {
    return lateConstraints(action, scene, 'exclusion').map(({ table, constraint }) => ({
      subject: `${show(table)}.${constraint.name ?? 'exclude'}`,
      message: `the EXCLUDE constraint builds its index while nobody else can use ${show(table)}${size(table, scene)}`,
      hint: `Run it in a quiet hour, or give ${show(table)} a successor that has the constraint from its beginning.`,
    }));
  },
};
