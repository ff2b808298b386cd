import { lateConstraints } from '../constraints.ts';
import { notValid } from '../forms.ts';
import { type ActionRule, show, size } from '../rule.ts';

/** A foreign key that comes with a new column without default has only nulls to check, but the server scans all the same. */
export const rule: ActionRule = {
  name: 'foreign-key-not-valid',
  level: 'error',
  summary: 'a foreign key on a table with rows checks all of them while both tables are closed to writers',
  lock: 'SHARE ROW EXCLUSIVE on both tables for the whole check',
  grows: true,
  covers: [
    'squawk:adding-foreign-key-constraint',
    'squawk:constraint-missing-not-valid',
    'strong_migrations:add_foreign_key',
    'strong_migrations:add_reference',
    'eugene:E1',
    'pg-schema-diff:ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK',
  ],
  bad: 'ALTER TABLE bookings ADD CONSTRAINT fk_bookings_tutor FOREIGN KEY (tutor_id) REFERENCES tutors (id)',
  good: 'ALTER TABLE bookings ADD CONSTRAINT fk_bookings_tutor FOREIGN KEY (tutor_id) REFERENCES tutors (id) NOT VALID',
  judge(action, scene) {
    return lateConstraints(action, scene, 'foreign key')
      .filter(({ constraint }) => !constraint.notValid)
      .map(({ table, constraint, column }) => {
        const name = constraint.name ?? `${table.name}_${constraint.columns.join('_')}_fkey`;
        const target = constraint.references ? show(constraint.references) : 'the other table';
        const safe =
          scene.alone && !column
            ? notValid(scene.sql, constraint, show(name))
            : `In a statement of its own, as it is but for its end: ALTER TABLE ${show(table)} ADD CONSTRAINT ${show(name)} FOREIGN KEY … NOT VALID`;
        return {
          subject: `${show(table)}.${name}`,
          message: `the foreign key ${name} checks all of ${show(table)}${size(table, scene)} while writers of it and of ${target} wait`,
          hint: `${safe}; and in the next migration: ALTER TABLE ${show(table)} VALIDATE CONSTRAINT ${show(name)};`,
        };
      });
  },
};
