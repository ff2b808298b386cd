/** Who sees which rows, table by table, and who may write them. A table without a line here fails the first test. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Actor, actingAs, as, only, outcome, useMarketplace } from './support/marketplace.ts';
import { addTutor, type Tutor } from './support/people.ts';
import { addWorld } from './support/world.ts';

const db = useMarketplace();

type Who = 'anonymous' | 'empty' | 'student' | 'other student' | 'tutor' | 'other tutor' | 'hidden tutor' | 'admin';
const EVERYONE: readonly Who[] = [
  'anonymous',
  'empty',
  'student',
  'other student',
  'tutor',
  'other tutor',
  'hidden tutor',
  'admin',
];
const PARTIES: readonly Who[] = ['student', 'tutor', 'admin'];
const STUDENT: readonly Who[] = ['student', 'admin'];
const TUTOR: readonly Who[] = ['tutor', 'admin'];
const ADMIN: readonly Who[] = ['admin'];

let subject: number;
let student: number;
let otherStudent: number;
let admin: number;
let tutor: Tutor;
let otherTutor: Tutor;
let hidden: Tutor;
let booking: number;

beforeAll(() =>
  db.session(async (s) => {
    ({ subject, student, otherStudent, admin, tutor, otherTutor, hidden, booking } = await addWorld(s));
  }),
);

const actorOf = (who: Who): Actor => {
  if (who === 'anonymous' || who === 'empty') return who;
  return {
    student,
    'other student': otherStudent,
    tutor: tutor.userId,
    'other tutor': otherTutor.userId,
    'hidden tutor': hidden.userId,
    admin,
  }[who];
};

/** Table, which rows, who sees them. */
const SEEN: readonly (readonly [table: string, rows: () => string, seenBy: readonly Who[]])[] = [
  ['users', () => `id = ${student}`, STUDENT],
  ['users', () => `id = ${tutor.userId}`, TUTOR],
  ['user_profiles', () => `user_id = ${student}`, STUDENT],
  ['subjects', () => `id = ${subject}`, EVERYONE],
  ['tutor_profiles', () => `id = ${tutor.id}`, EVERYONE],
  ['tutor_profiles', () => `id = ${hidden.id}`, ['hidden tutor', 'admin']],
  ['tutor_availabilities', () => `tutor_profile_id = ${tutor.id}`, EVERYONE],
  ['tutor_availabilities', () => `tutor_profile_id = ${hidden.id}`, ['hidden tutor', 'admin']],
  ['tutor_blackouts', () => `tutor_profile_id = ${tutor.id}`, TUTOR],
  ['tutor_metrics', () => `tutor_profile_id = ${tutor.id}`, EVERYONE],
  ['tutor_response_log', () => `booking_id = ${booking}`, TUTOR],
  ['student_profiles', () => `user_id = ${student}`, STUDENT],
  ['student_packages', () => `student_id = ${student}`, PARTIES],
  ['bookings', () => `id = ${booking}`, PARTIES],
  ['booking_transitions', () => `booking_id = ${booking}`, PARTIES],
  ['payments', () => `booking_id = ${booking}`, PARTIES],
  ['supported_currencies', () => `code = 'EUR'`, EVERYONE],
  ['supported_languages', () => `code = 'en'`, EVERYONE],
  ['currency_rates', () => `base_currency = 'EUR'`, EVERYONE],
  ['skills', () => `code = 'MATH.1'`, EVERYONE],
  ['notification_templates', () => `code = 'x'`, EVERYONE],
  ['file_buckets', () => `name = 'user-avatars'`, EVERYONE],
  ['user_notification_preferences', () => `user_id = ${student}`, STUDENT],
  ['tutor_subjects', () => `tutor_profile_id = ${tutor.id}`, EVERYONE],
  ['tutor_certifications', () => `tutor_profile_id = ${tutor.id}`, EVERYONE],
  ['tutor_education', () => `tutor_profile_id = ${tutor.id}`, EVERYONE],
  ['tutor_pricing_options', () => `tutor_profile_id = ${tutor.id}`, EVERYONE],
  ['tutor_languages', () => `tutor_profile_id = ${tutor.id}`, EVERYONE],
  ['favorite_tutors', () => `student_id = ${student}`, STUDENT],
  ['student_notes', () => `content = 'private'`, TUTOR],
  ['student_notes', () => `content = 'shared'`, PARTIES],
  ['session_materials', () => `booking_id = ${booking}`, PARTIES],
  ['booking_waitlist', () => `student_id = ${student}`, STUDENT],
  ['lessons', () => `booking_id = ${booking}`, PARTIES],
  ['progress', () => `student_id = ${student}`, PARTIES],
  ['learning_goals', () => `student_id = ${student}`, PARTIES],
  ['conversations', () => `student_id = ${student}`, PARTIES],
  ['messages', () => `sender_id = ${student}`, PARTIES],
  ['message_attachments', () => `uploaded_by = ${student}`, PARTIES],
  ['notifications', () => `user_id = ${student}`, STUDENT],
  ['stored_files', () => `owner_id = ${student}`, STUDENT],
  ['user_consents', () => `user_id = ${student}`, STUDENT],
  ['reports', () => `reporter_id = ${student}`, STUDENT],
  ['data_subject_requests', () => `user_id = ${student}`, ADMIN],
  ['erasure_log', () => `table_name = 'users'`, ADMIN],
  ['retention_policies', () => `rule = 'all'`, ADMIN],
  ['retention_runs', () => 'true', ADMIN],
  ['webhook_events', () => `event_id = 'e'`, ADMIN],
  ['audit_log', () => `table_name = 'payouts'`, ADMIN],
  ['refunds', () => `amount_cents = 1`, PARTIES],
  ['payouts', () => `tutor_profile_id = ${tutor.id}`, TUTOR],
  ['wallets', () => `user_id = ${tutor.userId}`, TUTOR],
  ['wallet_transactions', () => 'amount_cents = 5', TUTOR],
  ['reviews', () => `booking_id = ${booking}`, PARTIES],
  ['outbox_events', () => `aggregate_id = ${booking}`, ADMIN],
  ['idempotency_keys', () => `user_id = ${student}`, ADMIN],
];

test('no table escapes this file', async () => {
  const tables = await db.session((s) =>
    s.query<{ relname: string }>(
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
    ),
  );
  expect(tables.map((row) => row.relname)).toEqual([...new Set(SEEN.map(([table]) => table))].sort());
});

describe.each(SEEN)('%s (%#)', (table, rows, seenBy) => {
  test('the rows are there', () =>
    db.session(async (s) => {
      expect(await s.query(`SELECT 1 FROM ${table} WHERE ${rows()}`)).not.toHaveLength(0);
    }));
  test.each(EVERYONE)('%s', async (who) => {
    const seen = await as(db, actorOf(who), (s) => s.query(`SELECT 1 FROM ${table} WHERE ${rows()}`));
    expect(seen.length > 0).toBe(seenBy.includes(who));
  });
});

describe('writing', () => {
  test('what procedures, triggers and jobs keep is granted to nobody for writing', async () => {
    const kept = await db.session((s) =>
      s.query<{ relname: string }>(
        `SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
           AND NOT has_any_column_privilege('app_user', oid, 'INSERT, UPDATE') AND NOT has_table_privilege('app_user', oid, 'DELETE, TRUNCATE')`,
      ),
    );
    expect(kept.map((row) => row.relname).sort()).toEqual(
      `audit_log booking_transitions bookings data_subject_requests erasure_log idempotency_keys lessons outbox_events payments payouts progress
       refunds retention_policies retention_runs student_packages tutor_metrics tutor_response_log wallet_transactions wallets webhook_events`.split(
        /\s+/,
      ),
    );
  });

  test.each(['booking_transitions', 'bookings', 'payments', 'student_packages', 'outbox_events'])(
    '%s refuses the application, an admin too',
    async (table) => {
      expect(await outcome(as(db, admin, (s) => s.query(`DELETE FROM ${table}`)))).toBe('42501');
      expect(await outcome(as(db, admin, (s) => s.query(`UPDATE ${table} SET created_at = now()`)))).toBe('42501');
      expect(await outcome(as(db, admin, (s) => s.query(`INSERT INTO ${table} DEFAULT VALUES`)))).toBe('42501');
    },
  );

  const changed = (who: Who, sql: string): Promise<number> =>
    as(db, actorOf(who), async (s) => (await s.query(`${sql} RETURNING 1`)).length);

  test('people change themselves, nobody else', async () => {
    const sql = (id: number): string => `UPDATE users SET timezone = 'Europe/Berlin' WHERE id = ${id}`;
    expect(await changed('student', sql(student))).toBe(1);
    expect(await changed('other student', sql(student))).toBe(0);
    expect(await changed('empty', sql(student))).toBe(0);
    expect(await changed('admin', sql(student))).toBe(1);
    const profile = (id: number): string => `UPDATE user_profiles SET city = 'Bonn' WHERE user_id = ${id}`;
    expect(await changed('student', profile(student))).toBe(1);
    expect(await changed('tutor', profile(student))).toBe(0);
  });

  test('nobody promotes or verifies himself; an admin does', async () => {
    const promote = `UPDATE users SET role = 'admin' WHERE id = ${otherStudent}`;
    const verify = `UPDATE users SET is_verified = true WHERE id = ${otherStudent}`;
    expect(await outcome(changed('other student', promote))).toBe('42501');
    expect(await outcome(changed('other student', verify))).toBe('42501');
    expect(await changed('admin', verify)).toBe(1);
    expect(
      await outcome(
        as(db, otherStudent, (s) =>
          s.query(`UPDATE users SET email = 'new-address@example.org' WHERE id = $1`, [otherStudent]),
        ),
      ),
    ).toBe('ok');
    const row = await db.session((s) => only(s.query('SELECT is_verified FROM users WHERE id = $1', [otherStudent])));
    expect(row.is_verified).toBe(false);
  });

  test('a tutor writes the own profile, but not its approval or rating', async () => {
    const write = (set: string): string => `UPDATE tutor_profiles SET ${set} WHERE id = ${hidden.id}`;
    expect(await changed('hidden tutor', write(`bio = 'hello', profile_status = 'pending_approval'`))).toBe(1);
    expect(await outcome(changed('hidden tutor', write(`profile_status = 'approved', is_approved = true`)))).toBe(
      '42501',
    );
    expect(await outcome(changed('hidden tutor', write(`badges = '{top_rated}'`)))).toBe('42501');
    expect(await outcome(changed('hidden tutor', write('average_rating = 5')))).toBe('42501');
    expect(await changed('other tutor', write(`bio = 'mine'`))).toBe(0);
    expect(await changed('admin', write(`profile_status = 'approved', is_approved = true`))).toBe(1);
    expect(await changed('admin', write(`profile_status = 'archived', is_approved = false`))).toBe(1);
  });

  test('a tutor keeps the own hours only', async () => {
    const add = (id: number): string =>
      `INSERT INTO tutor_availabilities (tutor_profile_id, day_of_week, start_time, end_time) VALUES (${id}, 1, '06:00', '07:00')`;
    await db.session((s) => s.query('DELETE FROM tutor_availabilities WHERE tutor_profile_id = $1', [otherTutor.id]));
    expect(await changed('other tutor', add(otherTutor.id))).toBe(1);
    expect(await outcome(changed('other tutor', add(tutor.id)))).toBe('42501');
    expect(await outcome(changed('student', add(tutor.id)))).toBe('42501');
    expect(await changed('other tutor', `DELETE FROM tutor_availabilities WHERE tutor_profile_id = ${tutor.id}`)).toBe(
      0,
    );
    expect(
      await changed('other tutor', `DELETE FROM tutor_availabilities WHERE tutor_profile_id = ${otherTutor.id}`),
    ).toBe(1);
  });

  test('reference data belongs to administrators', async () => {
    const add = `INSERT INTO subjects (code, name, category) VALUES ('rls', 'RLS', 'science')`;
    expect(await outcome(changed('student', add))).toBe('42501');
    expect(await outcome(changed('anonymous', add))).toBe('42501');
    expect(await changed('admin', add)).toBe(1);
  });
});

describe('secrets', () => {
  test.each(['hashed_password', 'google_calendar_access_token', 'google_calendar_refresh_token', 'google_id'])(
    'users.%s is readable by nobody',
    async (column) => {
      expect(await outcome(as(db, student, (s) => s.query(`SELECT ${column} FROM users WHERE id = ${student}`)))).toBe(
        '42501',
      );
      expect(await outcome(as(db, admin, (s) => s.query(`SELECT ${column} FROM users`)))).toBe('42501');
    },
  );
  test('the payout account of a tutor is the tutor’s own', async () => {
    await db.session((s) =>
      s.query(`UPDATE tutor_profiles SET stripe_account_id = 'acct_1' WHERE id = $1`, [tutor.id]),
    );
    expect(await outcome(as(db, student, (s) => s.query('SELECT stripe_account_id FROM tutor_profiles')))).toBe(
      '42501',
    );
    const account = (actor: Actor): Promise<unknown> =>
      as(db, actor, async (s) => (await only(s.query('SELECT * FROM my_tutor_account()'))).stripe_account_id);
    expect(await account(tutor.userId)).toBe('acct_1');
    expect(await account(student)).toBe(null);
  });
});

describe('deleted rows', () => {
  test('are invisible to the application, to their owner too, but not to an admin', async () => {
    const gone = await db.session((s) => addTutor(s));
    await db.session((s) => s.query('UPDATE tutor_profiles SET deleted_at = now() WHERE id = $1', [gone.id]));
    const sees = (actor: Actor): Promise<number> =>
      as(db, actor, async (s) => (await s.query('SELECT id FROM tutor_profiles WHERE id = $1', [gone.id])).length);
    expect([await sees('anonymous'), await sees(gone.userId), await sees(admin)]).toEqual([0, 0, 1]);
  });
});

describe('one pooled connection', () => {
  test('two users in turn, an error between: nobody inherits anything', () =>
    db.session(async (s) => {
      const mine = (): Promise<readonly unknown[]> => s.query('SELECT id FROM bookings');
      expect(await actingAs(s, student, mine)).toHaveLength(1);
      expect(await actingAs(s, otherStudent, mine)).toHaveLength(0);
      expect(await outcome(actingAs(s, student, () => s.query('SELECT 1/0')))).toBe('22012');
      expect(await actingAs(s, 'anonymous', mine)).toHaveLength(0);
      const left = await only(s.query(`SELECT current_setting('app.user_id', true) AS id`));
      expect(left.id).toBe('');
    }));
});

describe('the other roles', () => {
  const withRole = (role: string, sql: string): Promise<readonly unknown[]> =>
    db.session(async (s) => {
      await s.query(`SET ROLE ${role}`);
      return s.query(sql);
    });
  test('app_backup reads every row and writes none', async () => {
    expect(await withRole('app_backup', 'SELECT 1 FROM bookings')).toHaveLength(1);
    expect(await withRole('app_backup', 'SELECT hashed_password FROM users')).not.toHaveLength(0);
    expect(await outcome(withRole('app_backup', 'DELETE FROM bookings'))).toBe('42501');
  });
  test('app_readonly sees what its user sees and writes nothing', async () => {
    expect(await withRole('app_readonly', 'SELECT 1 FROM bookings')).toHaveLength(0);
    expect(await outcome(withRole('app_readonly', `UPDATE subjects SET name = 'x'`))).toBe('42501');
    expect(await outcome(withRole('app_readonly', `SELECT * FROM accept_booking(1)`))).toBe('42501');
  });
  test('a partition read directly shows the application nothing', async () => {
    expect(await outcome(as(db, admin, (s) => s.query('SELECT * FROM outbox_events_default')))).toBe('42501');
  });
});
