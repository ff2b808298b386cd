import type { Action, Name } from '../action.ts';
import { isNullable } from '../nullable.ts';
import { requiredBy } from '../proof.ts';
import { type ActionRule, doneSoFar, isNew, type Scene, same, show, size } from '../rule.ts';

/** With a valid CHECK (column IS NOT NULL) the server needs no scan (since PostgreSQL 12). */
export const rule: ActionRule = {
  name: 'set-not-null',
  level: 'error',
  summary: 'SET NOT NULL reads the whole table under the strongest lock, unless a validated CHECK proves it already',
  lock: 'ACCESS EXCLUSIVE for the whole scan',
  grows: true,
  covers: [
    'squawk:adding-not-nullable-field',
    'squawk:constraint-missing-not-valid',
    'strong_migrations:change_column_null',
    'strong_migrations:change_column_null_postgresql',
    'strong_migrations:change_column_with_not_null',
    'atlas:PG303',
    'atlas:MF104',
    'eugene:E2',
  ],
  bad: 'ALTER TABLE bookings ALTER COLUMN price_cents SET NOT NULL',
  good: 'ALTER TABLE bookings ADD CONSTRAINT price_there CHECK (price_cents IS NOT NULL) NOT VALID',
  judge(action, scene) {
    const column = requiredColumn(action);
    if (column === null || !('table' in action) || !action.table || isNew(action.table, scene)) return [];
    const { table } = action;
    if (isProved(table, column, scene) || isNullable(table, column, scene) === false) return [];
    const check = `${table.name}_${column}_not_null`;
    return [
      {
        subject: `${show(table)}.${column}`,
        message: `SET NOT NULL on ${column} reads all of ${show(table)}${size(table, scene)} while nobody else can use it`,
        hint: `In three migrations: ALTER TABLE ${show(table)} ADD CONSTRAINT ${show(check)} CHECK (${show(column)} IS NOT NULL) NOT VALID; then ALTER TABLE ${show(table)} VALIDATE CONSTRAINT ${show(check)}; then this one, and ALTER TABLE ${show(table)} DROP CONSTRAINT ${show(check)};`,
      },
    ];
  },
};

/** By SET NOT NULL, or by the constraint of PostgreSQL 18: ADD CONSTRAINT … NOT NULL column. */
function requiredColumn(action: Action): string | null {
  if (action.kind === 'set not null') return action.column;
  if (action.kind !== 'add constraint' || action.constraint.kind !== 'not null' || action.constraint.notValid)
    return null;
  return action.constraint.columns[0] ?? null;
}

/** By a live constraint, or by migrations of this run that add such a CHECK and validate it. */
function isProved(table: Name, column: string, scene: Scene): boolean {
  const earlier = doneSoFar(table, scene);
  if (scene.facts.table(table)?.proved.has(column)) return true;
  const validated = earlier.flatMap((done) =>
    done.kind === 'validate constraint' && same(done.table, table) ? [done.constraint] : [],
  );
  return earlier.some(
    (done) =>
      done.kind === 'add constraint' &&
      same(done.table, table) &&
      requiredBy(done.constraint.expression).includes(column) &&
      (!done.constraint.notValid || validated.includes(done.constraint.name ?? '')),
  );
}
