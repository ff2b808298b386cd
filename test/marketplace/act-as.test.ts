/** act_as() looks an account up once for a transaction: the answers are those of the look-up, they go with the transaction, and lend nothing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { as, only, outcome, useMarketplace } from './support/marketplace.ts';
import { addSubject, addTutor, addUser, call, type Tutor } from './support/people.ts';

const db = useMarketplace();
let tutor: Tutor;
let subject: number;
let people: Readonly<Record<string, number | null>>;

beforeAll(() =>
  db.session(async (s) => {
    subject = await addSubject(s);
    tutor = await addTutor(s);
    const [suspended, deleted, gone] = [await addUser(s), await addUser(s, 'admin'), await addTutor(s)];
    people = {
      student: await addUser(s),
      tutor: tutor.userId,
      administrator: await addUser(s, 'admin'),
      'suspended student': suspended,
      'deleted administrator': deleted,
      'suspended tutor': gone.userId,
      stranger: 2_000_000_000,
      visitor: null,
    };
    await s.query('UPDATE users SET is_active = false WHERE id = ANY ($1)', [[suspended, gone.userId]]);
    await s.query('UPDATE users SET deleted_at = now() WHERE id = $1', [deleted]);
  }),
);

const ME = `SELECT current_user_id() AS id, current_user_role() AS role, current_tutor_profile_id() AS tutor, is_admin() AS admin`;
const LOOKED_UP = `SELECT active_user_id() AS id, active_user_role() AS role, active_tutor_profile_id() AS tutor,
  coalesce(active_user_role() IN ('admin', 'owner'), false) AS admin`;
const NOBODY = { id: null, role: null, tutor: null, admin: false };

/** A transaction of the application on a new connection; not kept. */
const inApplication = <T>(work: (s: Session) => Promise<T>, begin = 'BEGIN'): Promise<T> =>
  withSession(db.target(), async (s) => {
    await s.batch(`${begin}; SET LOCAL ROLE app_user`);
    try {
      return await work(s);
    } finally {
      await s.query('ROLLBACK');
    }
  });
const actAs = async (s: Session, id: number | null): Promise<unknown> =>
  (await only(s.query('SELECT act_as($1) AS may', [id]))).may;

describe('whoever it is', () => {
  const NAMES = [
    ...['student', 'tutor', 'administrator', 'suspended student', 'deleted administrator'],
    ...['suspended tutor', 'stranger', 'visitor'],
  ];

  test.each(NAMES)(
    '%s: the same by act_as(), by the setting alone, and in a transaction that only reads',
    async (name) => {
      const id = people[name] ?? null;
      const claim = `SELECT set_config('app.user_id', $1, true)`;
      const bySetting = await inApplication(async (s) => {
        await s.query(claim, [id === null ? '' : String(id)]);
        const [me, found] = [await only(s.query(ME)), await only(s.query(LOOKED_UP))];
        expect(me).toEqual(found);
        return me;
      });
      for (const begin of ['BEGIN', 'BEGIN READ ONLY']) {
        await inApplication(async (s) => {
          expect(await actAs(s, id)).toBe(bySetting.id !== null);
          expect(await only(s.query(ME))).toEqual(bySetting);
        }, begin);
      }
    },
  );

  test('only three of them are somebody', async () => {
    const may = await inApplication(async (s) => {
      const found: string[] = [];
      for (const name of NAMES) if (await actAs(s, people[name] ?? null)) found.push(name);
      return found;
    });
    expect(may).toEqual(['student', 'tutor', 'administrator']);
  });
});

describe('what was looked up', () => {
  test('goes with the transaction, however it ends, and with the savepoint', () =>
    withSession(db.target(), async (s) => {
      const { administrator = null, student = null } = people;
      for (const end of ['COMMIT', 'ROLLBACK', 'SELECT 1 / 0']) {
        await s.batch('BEGIN; SET LOCAL ROLE app_user');
        await actAs(s, administrator);
        await s.query(end).catch(() => s.query('ROLLBACK'));
        await s.batch('BEGIN; SET LOCAL ROLE app_user');
        expect(await only(s.query(ME)), end).toEqual(NOBODY);
        await s.query('ROLLBACK');
      }
      await s.batch('BEGIN; SET LOCAL ROLE app_user');
      await actAs(s, student);
      await s.query('SAVEPOINT inner_part');
      await actAs(s, administrator);
      expect(await only(s.query(ME))).toMatchObject({ id: administrator, admin: true });
      await s.query('ROLLBACK TO SAVEPOINT inner_part');
      expect(await only(s.query(ME))).toMatchObject({ id: student, role: 'student', admin: false });
      await s.query('ROLLBACK');
    }));

  test('counts for nobody else: a setting changed afterwards is looked up', () =>
    inApplication(async (s) => {
      await actAs(s, people.administrator ?? null);
      for (const [name, expected] of [
        ['student', { id: people.student, role: 'student', tutor: null, admin: false }],
        ['suspended student', NOBODY],
        ['visitor', NOBODY],
      ] as const) {
        await s.query(`SELECT set_config('app.user_id', $1, true)`, [String(people[name] ?? '')]);
        expect(await only(s.query(ME)), name).toEqual(expected);
      }
    }));

  test('is the application’s: jobs act for nobody', async () => {
    const asJob = withSession(db.target(), async (s) => {
      await s.batch('BEGIN; SET LOCAL ROLE app_system');
      return actAs(s, people.student ?? null);
    });
    expect(await outcome(asJob)).toBe('42501');
  });

  test('serves reads until the transaction ends; procedures look again', () =>
    inApplication(async (s) => {
      const student = await db.session((own) => addUser(own));
      const start = new Date('2030-01-07T10:00:00Z');
      const slot = { p_start_time: start, p_end_time: new Date(start.getTime() + 3_600_000) };
      const args = { p_tutor_profile_id: tutor.id, p_subject_id: subject, ...slot };
      const booking = await as(db, student, (own) => call(own, 'create_booking', args));
      await actAs(s, student);
      await db.session((own) => own.query('UPDATE users SET is_active = false WHERE id = $1', [student]));
      expect(await s.query('SELECT id FROM bookings')).toEqual([{ id: booking.id }]);
      await s.query('SAVEPOINT before_the_call');
      expect(await outcome(s.query('SELECT cancel_booking($1)', [booking.id]))).toBe('BK002');
      await s.query('ROLLBACK TO SAVEPOINT before_the_call');
      const later = { ...args, p_start_time: slot.p_end_time, p_end_time: new Date(start.getTime() + 7_200_000) };
      expect(await outcome(call(s, 'create_booking', later))).toBe('BK002');
      await s.query('ROLLBACK TO SAVEPOINT before_the_call');
      expect(await actAs(s, student)).toBe(false);
      expect(await s.query('SELECT id FROM bookings')).toEqual([]);
    }));
});
