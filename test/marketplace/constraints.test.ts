/**
 * Every constraint, unique index and guarding trigger refuses what it should; and proof that these refusals guard each of them: dropped
 * or weakened in turn, read from the catalog, every one of them is noticed. A new one without a case fails.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import { only, useMarketplace, violated } from './support/marketplace.ts';
import { type Guard, type Mutant, mutantsOf, readGuards } from './support/mutants.ts';
import { addPackage, addTutor, addUser } from './support/people.ts';
import { prepareRefusals, REFUSALS, type Refusal, undone } from './support/refusals.ts';
import { refused } from './support/refusals-around.ts';

const db = useMarketplace();
beforeAll(() => db.session(prepareRefusals));

const casesOf = (guard: string): readonly Refusal[] => REFUSALS.filter((refusal) => refusal.guard === guard);

test('each case is refused by what it is for', () =>
  db.session((s) =>
    undone(s, async () => {
      const wrong: string[] = [];
      for (const { guard, expected, run } of REFUSALS) {
        const got = await run(s);
        if (got !== expected) wrong.push(`${guard}: ${got}`);
      }
      expect(wrong).toEqual([]);
    }),
  ));

test('no guard of the catalog lacks a case, no case its guard', async () => {
  const guards = await db.session(readGuards);
  expect(guards.length).toBeGreaterThan(170);
  expect([...new Set(REFUSALS.map(({ guard }) => guard))].sort()).toEqual(guards.map(({ name }) => name).sort());
});

/** Many cases copy a row: without their guard, they pass or stop at what keeps rows unique. No other guard may stand in for it. */
const PASSED = /^(none|uq_\w+|excl_\w+|idx_\w+|\w+_pkey)$/;

test('every guard, dropped or weakened in turn, is noticed', () =>
  db.session((s) =>
    undone(s, async () => {
      const unnoticed: string[] = [];
      let tried = 0;
      for (const guard of await readGuards(s)) {
        for (const mutant of mutantsOf(guard)) {
          tried += 1;
          const got = await underMutant(s, guard, mutant);
          const missed =
            mutant.how === 'dropped' ? got.some((one) => !PASSED.test(one)) : !got.some(isChanged(casesOf(guard.name)));
          if (got.length === 0) throw new Error(`${guard.name} has no case`);
          if (missed) unnoticed.push(`${guard.name} ${mutant.how}: ${got.join(' ')}`);
        }
      }
      expect(unnoticed).toEqual([]);
      expect(tried).toBeGreaterThan(300);
    }),
  ));

/** What the cases of the guard end with while it is dropped or weakened. */
async function underMutant(s: Session, guard: Guard, mutant: Mutant): Promise<readonly string[]> {
  await s.batch(`SAVEPOINT mutant; ${mutant.sql}`);
  const got: string[] = [];
  for (const { run } of casesOf(guard.name)) got.push(await run(s));
  await s.batch('ROLLBACK TO SAVEPOINT mutant; RELEASE SAVEPOINT mutant');
  return got;
}

const isChanged =
  (cases: readonly Refusal[]) =>
  (got: string, i: number): boolean =>
    got !== cases[i]?.expected;

interface PrimaryKey {
  readonly name: string;
  readonly table: string;
  /** All that can be written. */
  readonly columns: string;
}

test('every primary key refuses a row that is there already; dropped, it is noticed', () =>
  db.session((s) =>
    undone(s, async () => {
      const keys = await s.query<PrimaryKey>(`
        SELECT conname::text AS name, conrelid::regclass::text AS table, string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns
        FROM pg_constraint JOIN pg_class c ON c.oid = conrelid JOIN pg_attribute ON attrelid = conrelid
        WHERE contype = 'p' AND connamespace = 'public'::regnamespace AND NOT relispartition
          AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        GROUP BY 1, 2 ORDER BY 2`);
      const wrong: string[] = [];
      for (const { name, table, columns } of keys) {
        const again = `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${table} LIMIT 1`;
        // Without triggers: some refuse the row for reasons of their own.
        await s.batch(`SAVEPOINT key; SET LOCAL session_replication_role = replica`);
        const whole = await refused(s, again);
        await s.batch(`ALTER TABLE ${table} DROP CONSTRAINT ${name} CASCADE`);
        const without = await refused(s, again);
        await s.batch('ROLLBACK TO SAVEPOINT key; RELEASE SAVEPOINT key');
        // Of a partitioned table it is the partition's that says so.
        if (whole.replace(/_default_pkey$/, '_pkey') !== name || /_pkey$/.test(without))
          wrong.push(`${name}: ${whole}, without it ${without}`);
      }
      expect(wrong).toEqual([]);
      expect(keys.length).toBeGreaterThan(50);
    }),
  ));

describe('foreign keys', () => {
  test('keep people with lessons, and let go of what belongs to one person', () =>
    db.session(async (s) => {
      const [tutor, student] = [await addTutor(s), await addUser(s)];
      const pack = await addPackage(s, student, tutor);
      expect(await violated(s, `DELETE FROM users WHERE id = ${student}`)).toBe('fk_student_packages_student_id');
      const { id } = await only<{ id: number }>(
        s.query(`INSERT INTO users (email, hashed_password) VALUES ('leaving@example.org', 'x') RETURNING id`),
      );
      await s.query(`INSERT INTO user_profiles (user_id, first_name, last_name) VALUES ($1, 'a', 'b')`, [id]);
      expect(await violated(s, `DELETE FROM users WHERE id = ${id}`)).toBe('none');
      expect(await violated(s, `UPDATE student_packages SET student_id = 999999 WHERE id = ${pack}`)).toBe(
        'fk_student_packages_student_id',
      );
    }));
});
