/**
 * Row level security against an oracle: random people and rows, and for each table one line of TypeScript that says who sees it. What
 * app_user gets is the same, however it asks: joins, aggregates, COPY, RETURNING, ON CONFLICT, MERGE, or a condition that would fail on a
 * row that is not to be seen.
 */
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { to } from 'pg-copy-streams';
import { beforeAll, expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import { only, outcome, useMarketplace } from './support/marketplace.ts';
import { addSubject, addTutor, addUser, type Tutor } from './support/people.ts';

const db = useMarketplace();
const STUDENTS = 2;
const TUTORS = 3;

interface Person {
  readonly id: number;
  readonly state: 'active' | 'suspended' | 'deleted';
}
interface Row {
  readonly id: number;
  readonly student: number;
  readonly tutor: number;
  readonly deleted: boolean;
  /** Hidden review, private note, message from the tutor. */
  readonly flag: boolean;
}
interface World {
  readonly people: readonly Person[];
  readonly tutors: readonly (Tutor & { readonly approved: boolean; readonly deleted: boolean })[];
  readonly rows: Readonly<Record<string, readonly Row[]>>;
}

/** Who asks, as the policies know him: nobody when the account may not act. */
interface Asker {
  readonly user: number | null;
  readonly tutor: number | null;
  readonly isAdmin: boolean;
}

/** The oracle. `row.tutor` is a profile's id; the tables stand in the order in which they are told of. */
const SEES: Readonly<Record<string, (asker: Asker, row: Row, world: World) => boolean>> = {
  bookings: ({ user, tutor, isAdmin }, row) => isAdmin || (!row.deleted && isParty(row, user, tutor)),
  booking_transitions: (asker, row, world) => seesBooking(asker, row.id, world),
  payments: (asker, row, world) => is(row.student, asker.user) || seesBooking(asker, row.id, world),
  messages: ({ user, isAdmin }, row, world) =>
    isAdmin || (!row.deleted && user !== null && [row.student, accountOf(row.tutor, world)].includes(user)),
  student_notes: ({ user, tutor, isAdmin }, row) =>
    isAdmin || (!row.deleted && (is(row.tutor, tutor) || (!row.flag && is(row.student, user)))),
  reviews: ({ user, tutor, isAdmin }, row) => isAdmin || (!row.deleted && (!row.flag || isParty(row, user, tutor))),
  learning_goals: ({ user, tutor, isAdmin }, row, { rows }) =>
    isAdmin ||
    is(row.student, user) ||
    (rows.bookings ?? []).some((b) => !b.deleted && b.student === row.student && is(b.tutor, tutor)),
  favorite_tutors: ({ user, isAdmin }, row) => isAdmin || is(row.student, user),
};
const is = (id: number, other: number | null): boolean => id === other;
const isParty = (row: Row, user: number | null, tutor: number | null): boolean =>
  is(row.student, user) || is(row.tutor, tutor);
const accountOf = (tutor: number, { tutors }: World): number => tutors.find(({ id }) => id === tutor)?.userId ?? 0;
const seesBooking = (asker: Asker, id: number, world: World): boolean =>
  (world.rows.bookings ?? []).some((b) => b.id === id && SEES.bookings?.(asker, b, world));
const seesTutor = (
  asker: Asker,
  { userId, approved, deleted }: World['tutors'][number],
  { people }: World,
): boolean => {
  const isActive = people.find(({ id }) => id === userId)?.state === 'active';
  return asker.isAdmin || (!deleted && ((approved && isActive) || is(userId, asker.user)));
};

const given = fc.record({
  students: fc.array(fc.constantFrom('active', 'active', 'active', 'suspended', 'deleted'), {
    minLength: STUDENTS,
    maxLength: STUDENTS,
  }),
  tutors: fc.array(
    fc.record({
      state: fc.constantFrom('active', 'active', 'active', 'suspended', 'deleted'),
      approved: fc.boolean(),
      deleted: fc.boolean(),
    }),
    { minLength: TUTORS, maxLength: TUTORS },
  ),
  rows: fc.array(
    fc.record({
      student: fc.nat({ max: STUDENTS - 1 }),
      tutor: fc.nat({ max: TUTORS - 1 }),
      deleted: fc.boolean(),
      flag: fc.boolean(),
    }),
    { minLength: 1, maxLength: 7 },
  ),
});
type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

let subject: number;
beforeAll(async () => {
  subject = await db.session(addSubject);
});

/** The rows stand for one of everything: a lesson, its payment, a message, a note, a review, a goal and a favourite. */
async function build(s: Session, { students, tutors, rows }: Given): Promise<World> {
  const pupils: Person[] = [];
  for (const state of students) pupils.push({ id: await addUser(s), state: state as Person['state'] });
  const made: (World['tutors'][number] & { state: Person['state'] })[] = [];
  for (const { state, approved, deleted } of tutors) {
    made.push({
      ...(await addTutor(s, { approved, hours: null })),
      approved,
      deleted,
      state: state as Person['state'],
    });
  }
  const admin = { id: await addUser(s, 'admin'), state: 'active' as const };
  const tables: Record<string, Row[]> = Object.fromEntries(Object.keys(SEES).map((table) => [table, []]));
  for (const [i, { student, tutor, deleted, flag }] of rows.entries()) {
    const [who, by] = [pupils[student] as Person, made[tutor] as (typeof made)[number]];
    const row = { student: who.id, tutor: by.id, deleted, flag };
    for (const [table, id] of Object.entries(await addRow(s, i, row, by.userId)))
      tables[table]?.push({ ...row, id: Number(id) });
  }
  for (const { id, state } of [...pupils, ...made.map(({ userId, state }) => ({ id: userId, state }))]) {
    if (state === 'suspended') await s.query('UPDATE users SET is_active = false WHERE id = $1', [id]);
    if (state === 'deleted') await s.query('UPDATE users SET deleted_at = now() WHERE id = $1', [id]);
  }
  for (const { id, deleted } of made)
    if (deleted) await s.query('UPDATE tutor_profiles SET deleted_at = now() WHERE id = $1', [id]);
  const people = [...pupils, ...made.map(({ userId, state }) => ({ id: userId, state })), admin];
  return { people, tutors: made, rows: tables };
}

async function addRow(
  s: Session,
  i: number,
  row: Omit<Row, 'id'>,
  tutorUser: number,
): Promise<Readonly<Record<string, number>>> {
  const { student, tutor, deleted, flag } = row;
  const gone = deleted ? 'now()' : 'NULL';
  const one = async (sql: string): Promise<number> => (await only<{ id: number }>(s.query(`${sql} RETURNING id`))).id;
  const booking =
    await one(`INSERT INTO bookings (tutor_profile_id, student_id, subject_id, tutor_name, student_name, subject_name, rate_cents, pricing_snapshot, start_time, end_time, deleted_at)
    VALUES (${tutor}, ${student}, ${subject}, 't', 's', 'x', 0, '{}', timestamptz '2027-01-01' + ${i} * interval '1 day', timestamptz '2027-01-01 01:00' + ${i} * interval '1 day', ${gone})`);
  await s.query(
    `INSERT INTO conversations (student_id, tutor_user_id) VALUES (${student}, ${tutorUser}) ON CONFLICT DO NOTHING`,
  );
  const [from, to] = flag ? [tutorUser, student] : [student, tutorUser];
  const message = await one(`INSERT INTO messages (conversation_id, sender_id, recipient_id, body, deleted_at)
    SELECT id, ${from}, ${to}, 'x', ${gone} FROM conversations WHERE (student_id, tutor_user_id) = (${student}, ${tutorUser})`);
  await s.query(`INSERT INTO payments (booking_id, student_id, amount_cents) VALUES (${booking}, ${student}, 1)`);
  const favourite = await s.query<{ id: number }>(
    `INSERT INTO favorite_tutors (student_id, tutor_profile_id) VALUES (${student}, ${tutor}) ON CONFLICT DO NOTHING RETURNING id`,
  );
  return {
    bookings: booking,
    booking_transitions: booking,
    payments: booking,
    messages: message,
    student_notes: await one(
      `INSERT INTO student_notes (tutor_profile_id, student_id, content, is_private, deleted_at) VALUES (${tutor}, ${student}, 'x', ${flag}, ${gone})`,
    ),
    reviews: await one(
      `INSERT INTO reviews (booking_id, tutor_profile_id, student_id, rating, is_visible, deleted_at) VALUES (${booking}, ${tutor}, ${student}, 5, ${!flag}, ${gone})`,
    ),
    learning_goals: await one(`INSERT INTO learning_goals (student_id, title) VALUES (${student}, 'x')`),
    ...(favourite[0] ? { favorite_tutors: favourite[0].id } : {}),
  };
}

const KEY: Readonly<Record<string, string>> = { booking_transitions: 'booking_id', payments: 'booking_id' };

/** Ways to ask a table for the keys of its rows. */
const WAYS: Readonly<Record<string, (s: Session, table: string, key: string) => Promise<readonly unknown[]>>> = {
  SELECT: (s, table, key) => ids(s, `SELECT ${key} AS id FROM ${table}`),
  join: (s, table, key) =>
    ids(
      s,
      `SELECT t.${key} AS id FROM subjects s LEFT JOIN ${table} t ON true WHERE t.${key} IS NOT NULL AND s.id = ${subject}`,
    ),
  'self-join': (s, table, key) =>
    ids(s, `SELECT DISTINCT b.${key} AS id FROM ${table} a RIGHT JOIN ${table} b ON a.${key} >= b.${key}`),
  aggregate: (s, table, key) => ids(s, `SELECT unnest(array_agg(${key})) AS id FROM ${table}`),
  CTE: (s, table, key) => ids(s, `WITH x AS MATERIALIZED (SELECT ${key} FROM ${table}) SELECT ${key} AS id FROM x`),
  COPY: async (s, table, key) => {
    const lines = await text(s.client.query(to(`COPY ${table} (${key}) TO STDOUT`)));
    return lines.split('\n').filter(Boolean).map(Number);
  },
};
const ids = async (s: Session, sql: string): Promise<readonly unknown[]> =>
  (await s.query<{ id: unknown }>(sql)).map(({ id }) => Number(id));
const sorted = (list: readonly unknown[]): readonly number[] => [...new Set(list.map(Number))].sort((a, b) => a - b);

/** As somebody, taken back: half of all people by act_as(), half by the setting alone. */
async function asking<T>(s: Session, user: number | '', work: () => Promise<T>): Promise<T> {
  const opening =
    Number(user) % 2 === 1 ? `SELECT act_as(${user})` : `SELECT set_config('app.user_id', '${user}', true)`;
  await s.batch(`SAVEPOINT asking; SET LOCAL ROLE app_user; ${opening}`);
  try {
    return await work();
  } finally {
    await s.batch('ROLLBACK TO SAVEPOINT asking; RELEASE SAVEPOINT asking');
  }
}

const worlds = (
  work: (s: Session, world: World, askers: readonly (readonly [number | '', Asker])[]) => Promise<void>,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(given, (wanted) =>
      db.session(async (s) => {
        await s.query('BEGIN');
        try {
          const world = await build(s, wanted);
          await work(s, world, [
            ['', { user: null, tutor: null, isAdmin: false }],
            ...world.people.map((one) => [one.id, askerOf(one, world)] as const),
          ]);
        } finally {
          await s.query('ROLLBACK');
        }
      }),
    ),
    { numRuns: 8 },
  );

function askerOf({ id, state }: Person, { people, tutors }: World): Asker {
  if (state !== 'active') return { user: null, tutor: null, isAdmin: false };
  const tutor = tutors.find(({ userId, deleted }) => userId === id && !deleted)?.id ?? null;
  return { user: id, tutor, isAdmin: id === people.at(-1)?.id };
}

test(
  'every way of asking shows what the oracle says, and nothing looks at other rows',
  () =>
    worlds(async (s, world, askers) => {
      for (const [user, asker] of askers) {
        for (const [table, sees] of Object.entries(SEES)) {
          const rows = world.rows[table] ?? [];
          const expected = sorted(rows.filter((row) => sees(asker, row, world)).map(({ id }) => id));
          const key = KEY[table] ?? 'id';
          for (const [way, ask] of Object.entries(WAYS)) {
            expect(sorted(await asking(s, user, () => ask(s, table, key))), `${table} by ${way}`).toEqual(expected);
          }
          const hidden = rows.find(({ id }) => !expected.includes(id));
          if (!hidden) continue;
          const peek = `SELECT FROM ${table} WHERE 1 / (${key} - ${hidden.id}) IS NULL`;
          expect(await asking(s, user, () => outcome(s.query(peek))), `peeking into ${table}`).toBe('ok');
        }
        const tutors = world.tutors.filter((tutor) => seesTutor(asker, tutor, world)).map(({ id }) => id);
        const seen = await asking(s, user, () => ids(s, 'SELECT id FROM tutor_profiles'));
        expect(sorted(seen)).toEqual(sorted(tutors));
      }
    }),
  180_000,
);

test(
  'RETURNING, ON CONFLICT and MERGE reach what may be written, and no more',
  () =>
    worlds(async (s, world, askers) => {
      const { rows } = world;
      for (const [user, asker] of askers) {
        const may = (table: string, write: (row: Row) => boolean): readonly number[] =>
          sorted((rows[table] ?? []).filter(write).map(({ id }) => id));
        const changed = (sql: string): Promise<readonly number[]> =>
          asking(s, user, async () => sorted(await ids(s, sql)));

        const notes = may('student_notes', (row) => !row.deleted && is(row.tutor, asker.tutor));
        expect(await changed(`UPDATE student_notes SET content = 'y' RETURNING id`)).toEqual(notes);
        const received = may(
          'messages',
          (row) => !row.deleted && is(row.flag ? row.student : accountOf(row.tutor, world), asker.user),
        );
        expect(await changed('UPDATE messages SET is_read = true, read_at = now() RETURNING id')).toEqual(received);
        const favourites = may('favorite_tutors', (row) => asker.isAdmin || is(row.student, asker.user));
        expect(await changed('DELETE FROM favorite_tutors RETURNING id')).toEqual(favourites);

        for (const { id, student, tutor } of rows.favorite_tutors ?? []) {
          const person = world.tutors.find((one) => one.id === tutor);
          const isMine = is(student, asker.user) && person !== undefined && seesTutor(asker, person, world);
          const again = `INSERT INTO favorite_tutors (student_id, tutor_profile_id) VALUES (${student}, ${tutor})
          ON CONFLICT (student_id, tutor_profile_id) DO UPDATE SET created_at = now()`;
          const allowed = asker.isAdmin || isMine ? 'ok' : '42501';
          expect(await asking(s, user, () => outcome(s.query(again))), `favourite ${id} again`).toBe(allowed);
          // Where the row is not seen, MERGE means to insert it, and the policy for that refuses.
          const merge = `MERGE INTO favorite_tutors f USING (VALUES (${student}, ${tutor})) AS v (s, t) ON f.student_id = v.s AND f.tutor_profile_id = v.t
          WHEN MATCHED THEN UPDATE SET created_at = now() WHEN NOT MATCHED THEN INSERT (student_id, tutor_profile_id) VALUES (v.s, v.t)`;
          const merged = asker.isAdmin || is(student, asker.user) ? 'ok' : '42501';
          expect(await asking(s, user, () => outcome(s.query(merge))), `favourite ${id} merged`).toBe(merged);
        }
      }
    }),
  180_000,
);
