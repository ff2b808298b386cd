/** Deleting softly and the way back: who may, what goes along, what stays deleted, and what a lesson ahead forbids. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Actor, as, only, outcome, useMarketplace } from './support/marketplace.ts';
import { addSubject, addTutor, addUser, call, type Tutor } from './support/people.ts';

const db = useMarketplace();
let student: number;
let stranger: number;
let admin: number;
let tutor: Tutor;
let message: number;

const change = (actor: Actor, verb: 'soft_delete' | 'restore', table: string, id: number): Promise<number> =>
  as(db, actor, async (s) => (await only<{ n: number }>(s.query(`SELECT ${verb}_row($1, $2) AS n`, [table, id]))).n);

const isLive = async (table: string, where: string): Promise<boolean> =>
  (await db.session((s) => s.query(`SELECT FROM ${table} WHERE deleted_at IS NULL AND ${where}`))).length > 0;

beforeAll(() =>
  db.session(async (s) => {
    student = await addUser(s);
    stranger = await addUser(s);
    admin = await addUser(s, 'admin');
    tutor = await addTutor(s);
    await addSubject(s);
    const conversation = `INSERT INTO conversations (student_id, tutor_user_id) VALUES ($1, $2) RETURNING id`;
    const { id } = await only<{ id: number }>(s.query(conversation, [student, tutor.userId]));
    const sent = `INSERT INTO messages (conversation_id, sender_id, recipient_id, body) VALUES ($1, $2, $3, 'hello') RETURNING id::int`;
    message = (await only<{ id: number }>(s.query(sent, [id, student, tutor.userId]))).id;
    for (const name of ['a', 'b']) {
      await s.query(
        `INSERT INTO message_attachments (message_id, uploaded_by, object_key, filename, mime_type, size_bytes) VALUES ($1, $2, $3, 'x.png', 'image/png', 1)`,
        [message, student, `${message}/${name}.png`],
      );
    }
  }),
);

describe('a message', () => {
  test('goes and comes back with its attachments, and repeating changes nothing', async () => {
    expect(await change(student, 'soft_delete', 'messages', message)).toBe(3);
    expect(await change(student, 'soft_delete', 'messages', message)).toBe(0);
    expect(await isLive('messages', `id = ${message}`)).toBe(false);
    expect(await change(student, 'restore', 'messages', message)).toBe(3);
    expect(await change(student, 'restore', 'messages', message)).toBe(0);
    expect(await isLive('messages', `id = ${message}`)).toBe(true);
  });
  test('leaves an attachment deleted that was deleted before it', async () => {
    const { id } = await db.session((s) =>
      only<{ id: number }>(s.query(`SELECT id::int FROM message_attachments WHERE object_key LIKE '%/a.png'`)),
    );
    expect(await change(student, 'soft_delete', 'message_attachments', id)).toBe(1);
    expect(await change(student, 'soft_delete', 'messages', message)).toBe(2);
    expect(await change(student, 'restore', 'messages', message)).toBe(2);
    expect(await isLive('message_attachments', `id = ${id}`)).toBe(false);
    expect(await change(student, 'restore', 'message_attachments', id)).toBe(1);
  });
  test('is not deleted by who received it, by a stranger or by nobody; what an admin took away stays away', async () => {
    for (const actor of [tutor.userId, stranger, 'anonymous', 'empty'] as const) {
      expect(await outcome(change(actor, 'soft_delete', 'messages', message))).toBe('BK002');
    }
    expect(await change(admin, 'soft_delete', 'messages', message)).toBe(3);
    expect(await outcome(change(student, 'restore', 'messages', message))).toBe('BK002');
    expect(await change('system', 'restore', 'messages', message)).toBe(3);
  });
});

describe('an account', () => {
  test('takes its profiles along, and brings back only those', async () => {
    const leaving = await db.session((s) => addTutor(s));
    expect(await outcome(change(leaving.userId, 'soft_delete', 'users', leaving.userId))).toBe('BK002');
    expect(await change(admin, 'soft_delete', 'users', leaving.userId)).toBe(3);
    expect(await isLive('tutor_profiles', `id = ${leaving.id}`)).toBe(false);
    expect(await change(admin, 'restore', 'users', leaving.userId)).toBe(3);
    expect(await isLive('tutor_profiles', `id = ${leaving.id}`)).toBe(true);
  });
  test('and its tutor profile and its lesson stay while a lesson lies ahead', async () => {
    const booked = await as(db, student, (s) =>
      call(s, 'create_booking', {
        p_tutor_profile_id: tutor.id,
        p_subject_id: 1,
        p_start_time: new Date(Date.now() + 86_400_000),
        p_end_time: new Date(Date.now() + 90_000_000),
      }),
    );
    for (const [table, id] of [
      ['users', student],
      ['users', tutor.userId],
      ['tutor_profiles', tutor.id],
      ['bookings', booked.id],
    ] as const) {
      expect([table, id, await outcome(change(admin, 'soft_delete', table, id))]).toEqual([table, id, 'BK001']);
    }
    await as(db, student, (s) => call(s, 'cancel_booking', { p_booking_id: booked.id }));
    expect(await change(admin, 'soft_delete', 'bookings', booked.id)).toBe(1);
    expect(await as(db, student, (s) => s.query('SELECT FROM bookings WHERE id = $1', [booked.id]))).toEqual([]);
    expect(await change(admin, 'restore', 'bookings', booked.id)).toBe(1);
    expect(await as(db, student, (s) => s.query('SELECT FROM bookings WHERE id = $1', [booked.id]))).toHaveLength(1);
  });
});

test('a review deleted or restored counts at once', async () => {
  const rating = (): Promise<unknown> =>
    db.session((s) =>
      only(
        s.query('SELECT average_rating::float AS mean, total_reviews AS n FROM tutor_profiles WHERE id = $1', [
          tutor.id,
        ]),
      ),
    );
  const { id } = await db.session(async (s) => {
    const lesson = await only<{ id: number }>(
      s.query(
        `INSERT INTO bookings (tutor_profile_id, student_id, subject_id, tutor_name, student_name, subject_name, rate_cents, pricing_snapshot, start_time, end_time, session_state, session_outcome, payment_state)
         VALUES ($1, $2, 1, 't', 's', 'x', 0, '{}', '2026-01-01T10:00Z', '2026-01-01T11:00Z', 'ENDED', 'COMPLETED', 'CAPTURED') RETURNING id`,
        [tutor.id, student],
      ),
    );
    const review =
      'INSERT INTO reviews (booking_id, tutor_profile_id, student_id, rating) VALUES ($1, $2, $3, 4) RETURNING id';
    return only<{ id: number }>(s.query(review, [lesson.id, tutor.id, student]));
  });
  expect(await rating()).toEqual({ mean: 4, n: 1 });
  expect(await outcome(change(student, 'soft_delete', 'reviews', id))).toBe('BK002');
  await change(admin, 'soft_delete', 'reviews', id);
  expect(await rating()).toEqual({ mean: null, n: 0 });
  await change(admin, 'restore', 'reviews', id);
  expect(await rating()).toEqual({ mean: 4, n: 1 });
});

test('only tables that delete softly are taken, whatever name is given', async () => {
  for (const table of ['payments', 'active_messages', 'no_such', 'users; DROP TABLE users', 'pg_class', 'MESSAGES']) {
    expect([table, await outcome(change(admin, 'soft_delete', table, 1))]).toEqual([table, '22023']);
    expect([table, await outcome(change(admin, 'restore', table, 1))]).toEqual([table, '22023']);
  }
});

test('every table that deletes softly can be deleted from and restored by an administrator', async () => {
  const tables = await db.session((s) =>
    s.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'deleted_at'`,
    ),
  );
  expect(tables).toHaveLength(12);
  for (const { name } of tables) {
    expect([name, await change(admin, 'soft_delete', name, 999_999)]).toEqual([name, 0]);
    expect([name, await change(admin, 'restore', name, 999_999)]).toEqual([name, 0]);
  }
});
