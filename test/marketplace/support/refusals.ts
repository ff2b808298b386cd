/** Everything that the database refuses, as one list: what guards, and a statement that nothing else would stop. */
import type { Session } from '../../../src/pg/pool.ts';
import { AROUND, refused, refusedBy } from './refusals-around.ts';
import { CORE, prepareCore, TRIGGERS } from './refusals-core.ts';
import { addWorld } from './world.ts';

export interface Refusal {
  /** Constraint, unique index or trigger. */
  readonly guard: string;
  /** What the statement ends with: the constraint's name, or a trigger's SQLSTATE. */
  readonly expected: string;
  /** Undone, inside the caller's transaction. */
  readonly run: (s: Session) => Promise<string>;
}

export const REFUSALS: readonly Refusal[] = [
  ...CORE.map(([guard, sql]) => ({ guard, expected: guard, run: (s: Session) => refused(s, sql()) })),
  ...AROUND.map((row) => ({ guard: row[0], expected: row[0], run: (s: Session) => refusedBy(s, row) })),
  ...TRIGGERS.map(([guard, expected, sql, who]) => ({
    guard,
    expected,
    run: (s: Session) =>
      refused(s, who ? `SET LOCAL ROLE app_user; SELECT set_config('app.user_id', '${who()}', true); ${sql()}` : sql()),
  })),
];

/** The rows that the statements start from. */
export async function prepareRefusals(s: Session): Promise<void> {
  await addWorld(s);
  await prepareCore(s);
}

export async function undone<T>(s: Session, work: () => Promise<T>): Promise<T> {
  await s.query('BEGIN');
  try {
    return await work();
  } finally {
    await s.query('ROLLBACK');
  }
}
