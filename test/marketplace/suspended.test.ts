/** An account that is suspended or deleted is nobody, and its tutor is not found, shown, booked, favoured, waited for or written to. */
import { beforeAll, describe, expect, test } from 'vitest';
import { withSession } from '../../src/pg/pool.ts';
import { type Actor, actingAs, as, only, outcome, useMarketplace } from './support/marketplace.ts';
import { addSubject, addTutor, addUser, type Tutor } from './support/people.ts';

const db = useMarketplace();
let tutor: Tutor;
let student: number;
let admin: number;

beforeAll(() =>
  db.session(async (s) => {
    [tutor, student, admin] = [await addTutor(s), await addUser(s), await addUser(s, 'admin')];
    await addSubject(s);
  }),
);

const SUSPENDED = [
  'UPDATE users SET is_active = false WHERE id = $1',
  'UPDATE users SET is_active = true WHERE id = $1',
];
const DELETED = [`SELECT soft_delete_row('users', $1)`, `SELECT restore_row('users', $1)`];

/** What a reader finds of the tutor, question by question. */
const found = (actor: Actor): Promise<Readonly<Record<string, boolean>>> =>
  as(db, actor, async (s) => {
    const questions = {
      profile: `SELECT FROM active_tutor_profiles WHERE id = ${tutor.id}`,
      subjects: `SELECT FROM tutor_subjects WHERE tutor_profile_id = ${tutor.id}`,
      search: `SELECT FROM search_tutors() WHERE tutor_profile_id = ${tutor.id}`,
      'search by time': `SELECT FROM search_tutors(p_free_from => '2027-03-01', p_free_until => '2027-03-02') WHERE tutor_profile_id = ${tutor.id}`,
      slots: `SELECT FROM available_slots(${tutor.id}, '2027-03-01', '2027-03-02')`,
      available: `SELECT FROM is_tutor_available(${tutor.id}, '2027-03-01 10:00Z', '2027-03-01 11:00Z') AS x WHERE x`,
    };
    const answers: Record<string, boolean> = {};
    for (const [name, sql] of Object.entries(questions)) answers[name] = (await s.query(sql)).length > 0;
    return answers;
  });
const all = (value: boolean): Readonly<Record<string, boolean>> =>
  Object.fromEntries(
    ['profile', 'subjects', 'search', 'search by time', 'slots', 'available'].map((name) => [name, value]),
  );

/** What a student may begin with the tutor. */
const BEGIN: readonly (readonly [what: string, sql: () => string])[] = [
  ['favourite', () => `INSERT INTO favorite_tutors (student_id, tutor_profile_id) VALUES (${student}, ${tutor.id})`],
  [
    'wait',
    () =>
      `INSERT INTO booking_waitlist (tutor_profile_id, student_id, start_time, end_time) VALUES (${tutor.id}, ${student}, '2027-06-01', '2027-06-02')`,
  ],
  ['write', () => `INSERT INTO conversations (student_id, tutor_user_id) VALUES (${student}, ${tutor.userId})`],
];
/** Tried, and taken back. */
const attempt = (sql: string): Promise<string> =>
  outcome(
    as(db, student, async (s) => {
      await s.query(sql);
      await s.query('ROLLBACK; BEGIN');
    }),
  );

describe.each([
  ['suspended', SUSPENDED],
  ['deleted', DELETED],
])('a tutor whose account is %s', (_, [away, back]) => {
  test('is found by nobody, and again when it is brought back', async () => {
    expect(await found('anonymous')).toEqual(all(true));
    await db.session((s) => s.query(away ?? '', [tutor.userId]));
    try {
      for (const actor of ['anonymous', student, tutor.userId] as const) {
        expect(await found(actor), String(actor)).toEqual(all(false));
      }
      // Administrators have to look at whom they suspended, but do not find him among those who can be booked.
      const seen = await found(admin);
      expect(seen).toEqual({ ...all(false), profile: seen.profile, subjects: true });
    } finally {
      await db.session((s) => s.query(back ?? '', [tutor.userId]));
    }
    expect(await found('anonymous')).toEqual(all(true));
  });

  test.each(BEGIN)('%s: refused', async (_what, sql) => {
    expect(await attempt(sql())).toBe('ok');
    await db.session((s) => s.query(away ?? '', [tutor.userId]));
    try {
      expect(await attempt(sql())).toBe('42501');
    } finally {
      await db.session((s) => s.query(back ?? '', [tutor.userId]));
    }
    expect(await attempt(sql())).toBe('ok');
  });
});

describe('a suspended account', () => {
  test('is nobody: it sees what a visitor sees, writes nothing, and is no job either', async () => {
    const gone = await db.session((s) => addUser(s));
    const own = `SELECT FROM user_profiles WHERE user_id = ${gone}`;
    const write = `UPDATE user_profiles SET city = 'Bonn' WHERE user_id = ${gone} RETURNING 1`;
    expect(await as(db, gone, (s) => s.query(own))).toHaveLength(1);
    await db.session((s) => s.query('UPDATE users SET is_active = false WHERE id = $1', [gone]));
    expect(await as(db, gone, (s) => s.query(own))).toHaveLength(0);
    expect(await as(db, gone, (s) => s.query(write))).toHaveLength(0);
    const goal = `INSERT INTO learning_goals (student_id, title) VALUES (${gone}, 'x')`;
    expect(await outcome(as(db, gone, (s) => s.query(goal)))).toBe('42501');
    const job = db.session((s) =>
      actingAs(s, 'system', async () => {
        await s.query(`SELECT set_config('app.user_id', $1, true)`, [String(gone)]);
        return s.query('SELECT FROM start_sessions()');
      }),
    );
    expect(await outcome(job)).toBe('BK002');
  });
});

describe('is_account_active of a profile', () => {
  const state = (): Promise<unknown> =>
    db.session(async (s) => {
      const row = await only(s.query('SELECT is_account_active AS x FROM tutor_profiles WHERE id = $1', [tutor.id]));
      return row.x;
    });

  test('is what the account says, whatever a statement says', async () => {
    await db.session((s) => s.query('UPDATE tutor_profiles SET is_account_active = false WHERE id = $1', [tutor.id]));
    expect(await state()).toBe(true);
    const byAdmin = as(db, admin, (s) => s.query('UPDATE tutor_profiles SET is_account_active = false'));
    expect(await outcome(byAdmin)).toBe('42501');
  });

  test('is right also when the profile is made while the account is being suspended', async () => {
    const user = await db.session((s) => addUser(s, 'tutor'));
    await withSession(db.target(), (suspending) =>
      withSession(db.target(), async (making) => {
        await suspending.query('BEGIN');
        await suspending.query('UPDATE users SET is_active = false WHERE id = $1', [user]);
        const made = making.query(
          `INSERT INTO tutor_profiles (user_id, title, hourly_rate) VALUES ($1, 't', 1) RETURNING is_account_active AS x`,
          [user],
        );
        const waits = 'SELECT cardinality(pg_blocking_pids($1)) > 0 AS waits';
        while (!(await only(suspending.query(waits, [making.pid]))).waits);
        await suspending.query('COMMIT');
        expect(await made).toEqual([{ x: false }]);
      }),
    );
  });
});

describe('a span that no lesson has', () => {
  test.each([
    ['nothing', 'NULL', 'NULL'],
    ['half', `'2027-03-01 10:00Z'`, 'NULL'],
    ['backwards', `'2027-03-01 11:00Z'`, `'2027-03-01 10:00Z'`],
    ['a century', `'2027-03-01'`, `'2127-03-01'`],
  ])('%s is not available', async (_, from, until) => {
    const sql = `SELECT is_tutor_available(${tutor.id}, ${from}, ${until}) AS x`;
    expect((await db.session((s) => only(s.query(sql)))).x).toBe(false);
  });
  test('an unknown tutor is not available, and slots of no length or of a year are none', () =>
    db.session(async (s) => {
      const unknown = `SELECT is_tutor_available(999999, '2027-03-01 10:00Z', '2027-03-01 11:00Z') AS x`;
      expect((await only(s.query(unknown))).x).toBe(false);
      for (const length of ['0', '-1 hour', '1 year']) {
        const slots = `SELECT FROM available_slots(${tutor.id}, '2027-03-01', '2027-04-01', '${length}')`;
        expect(await s.query(slots)).toHaveLength(0);
      }
    }));
});
