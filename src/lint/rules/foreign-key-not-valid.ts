import { type Late, lateConstraints } from '../constraints.ts';
import { notValid } from '../forms.ts';
import { isPartitioned } from '../partitions.ts';
import { type ActionRule, type Problem, type Scene, show, size } from '../rule.ts';

/** One that comes with a new column is checked only where the column has a default. */
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
    return lateConstraints(action, scene, 'foreign key').flatMap((late) => {
      if (isPartitioned(late.table, scene) && isBefore18(scene)) return [onPartitions(late, scene)];
      return late.constraint.notValid ? [] : [checksAll(late, scene)];
    });
  },
};

function nameOf({ table, constraint: { name, columns } }: Late): string {
  return name ?? `${table.name}_${columns.join('_')}_fkey`;
}

function checksAll(late: Late, scene: Scene): Problem {
  const { table, constraint, column } = late;
  const name = nameOf(late);
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
}

/** Partitioned tables take NOT VALID since then. */
function isBefore18({ facts: { serverVersion } }: Scene): boolean {
  return serverVersion === null || serverVersion < 180_000;
}

/** A key that each partition has, valid, is taken over by its parent without a look at a row (measured on 15 and 17). */
function onPartitions(late: Late, scene: Scene): Problem {
  const { table, constraint } = late;
  const [on, name] = [show(table), nameOf(late)];
  return {
    subject: `${on}.${name}`,
    message: constraint.notValid
      ? `PostgreSQL before 18 refuses NOT VALID on the partitioned table ${on}`
      : `the foreign key ${name} checks all of ${on}${size(table, scene)} while writers of it wait; partitioned, it takes no NOT VALID before PostgreSQL 18`,
    hint: `Add ${show(name)} with NOT VALID to each partition, VALIDATE it there in the next migration, and then add it to ${on}, which takes over what its partitions have and reads nothing.`,
  };
}
