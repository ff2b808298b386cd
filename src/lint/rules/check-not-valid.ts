import { lateConstraints } from '../constraints.ts';
import { type ActionRule, show, size } from '../rule.ts';

/** A CHECK that comes with a new column has one value to judge, but the server reads every row all the same. */
export const rule: ActionRule = {
  name: 'check-not-valid',
  level: 'error',
  summary: 'a CHECK on a table with rows reads all of them under the strongest lock, unless it is NOT VALID at first',
  lock: 'ACCESS EXCLUSIVE for the whole scan',
  grows: true,
  covers: [
    'squawk:constraint-missing-not-valid',
    'strong_migrations:add_check_constraint',
    'atlas:PG305',
    'eugene:E1',
    'pg-schema-diff:ACQUIRES_ACCESS_EXCLUSIVE_LOCK',
  ],
  bad: 'ALTER TABLE bookings ADD CONSTRAINT chk_bookings_price CHECK (price_cents >= 0)',
  good: 'ALTER TABLE bookings ADD CONSTRAINT chk_bookings_price CHECK (price_cents >= 0) NOT VALID',
  judge(action, scene) {
    return lateConstraints(action, scene, 'check')
      .filter(({ constraint }) => !constraint.notValid)
      .map(({ table, constraint, column }) => {
        const name = constraint.name ?? `chk_${table.name}`;
        const add = column ? `Add the column alone, then the CHECK in a statement of its own` : 'Add it';
        return {
          subject: `${show(table)}.${name}`,
          message: `the CHECK ${name} reads all of ${show(table)}${size(table, scene)} while nobody else can use it`,
          hint: `${add} with NOT VALID, and in the next migration: ALTER TABLE ${show(table)} VALIDATE CONSTRAINT ${show(name)};`,
        };
      });
  },
};
