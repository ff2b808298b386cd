import { about } from '../about.ts';
import { type ActionRule, isNew, same, show, size } from '../rule.ts';

/** VALIDATE alone lets writers through; the lock that ADD … NOT VALID took in the same transaction does not. */
export const rule: ActionRule = {
  name: 'validate-apart',
  level: 'error',
  summary: 'VALIDATE CONSTRAINT in the transaction of another change of the table scans under that change’s lock',
  lock: 'that of the earlier statement, up to ACCESS EXCLUSIVE',
  grows: true,
  covers: [
    'squawk:constraint-missing-not-valid',
    'strong_migrations:validate_foreign_key',
    'strong_migrations:validate_check_constraint',
  ],
  bad: 'ALTER TABLE bookings ADD CONSTRAINT chk_price CHECK (price_cents >= 0) NOT VALID; ALTER TABLE bookings VALIDATE CONSTRAINT chk_price',
  good: 'ALTER TABLE bookings VALIDATE CONSTRAINT chk_price',
  judge(action, scene) {
    if (action.kind !== 'validate constraint' || !scene.transactional || isNew(action.table, scene)) return [];
    const { table, constraint } = action;
    const earlier = about(scene.actions, table, scene.index).find(
      (other) =>
        'table' in other &&
        other.table !== null &&
        same(other.table, table) &&
        /^(add|set|drop|alter|enable)/.test(other.kind),
    );
    if (!earlier) return [];
    return [
      {
        subject: `${show(table)}.${constraint}`,
        message: `${constraint} is validated under the lock that "${earlier.kind}" took on ${show(table)}${size(table, scene)}`,
        hint: `Move it into the next migration: ALTER TABLE ${show(table)} VALIDATE CONSTRAINT ${show(constraint)};`,
      },
    ];
  },
};
