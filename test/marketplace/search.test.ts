/** Finding a tutor: every filter against a plain filter of the same people, pages that neither double nor hide, free time that is true. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Actor, as, only, outcome, useMarketplace } from './support/marketplace.ts';
import { addSubject, addTutor, addUser, call, type Tutor } from './support/people.ts';

const db = useMarketplace();

interface Found {
  readonly tutor_profile_id: number;
  readonly score: string;
}

const COUNT = 30;
const tutors: Tutor[] = [];
const subjects: number[] = [];
const rate = (i: number): number => 20 + 5 * (i % 7);
const mean = (i: number): number => 1 + (i % 5);

const search = (actor: Actor, args: Readonly<Record<string, unknown>> = {}): Promise<readonly Found[]> => {
  const given = { p_limit: 100, ...args };
  const named = Object.keys(given).map((name, i) => `${name} => $${i + 1}`);
  return as(db, actor, (s) => s.query<Found>(`SELECT * FROM search_tutors(${named.join(', ')})`, Object.values(given)));
};
const ids = (found: readonly Found[]): readonly number[] => found.map((row) => row.tutor_profile_id);
const sorted = (list: readonly number[]): readonly number[] => [...list].sort((a, b) => a - b);
const those = (wanted: (i: number) => boolean): readonly number[] =>
  tutors.filter((_, i) => wanted(i)).map(({ id }) => id);

beforeAll(() =>
  db.session(async (s) => {
    await s.query(
      `INSERT INTO supported_languages (code, name, native_name) VALUES ('en', 'English', 'English'), ('de', 'German', 'Deutsch')`,
    );
    for (let i = 0; i < COUNT; i += 1) tutors.push(await addTutor(s, { rate: `${rate(i)}.00` }));
    subjects.push(await addSubject(s), await addSubject(s));
    for (const [i, { id }] of tutors.entries()) {
      await s.query(
        `UPDATE tutor_profiles SET title = $2, headline = $3, bio = $4, average_rating = $5, total_reviews = $6 WHERE id = $1`,
        [
          id,
          i === 3 ? 'Latin and Greek' : 'Teacher',
          i === 4 ? 'Latin for all' : 'Patient',
          i === 5 ? 'I read Latin' : 'Hello',
          mean(i),
          i + 1,
        ],
      );
      await s.query(
        `INSERT INTO tutor_languages (tutor_profile_id, language_code, fluency) VALUES ($1, $2, 'native')`,
        [id, i % 2 ? 'en' : 'de'],
      );
      if (i % 3 === 0)
        await s.query('DELETE FROM tutor_subjects WHERE tutor_profile_id = $1 AND subject_id = $2', [id, subjects[1]]);
    }
  }),
);

describe('filters', () => {
  const cases: readonly [string, () => Readonly<Record<string, unknown>>, (i: number) => boolean][] = [
    ['none', () => ({}), () => true],
    ['words that only say nothing', () => ({ p_query: ' -- ' }), () => true],
    ['words', () => ({ p_query: 'latin' }), (i) => i >= 3 && i <= 5],
    ['words that exclude', () => ({ p_query: 'latin -greek' }), (i) => i === 4 || i === 5],
    ['a subject', () => ({ p_subject_id: subjects[1] }), (i) => i % 3 !== 0],
    [
      'a price range',
      () => ({ p_currency: 'EUR', p_min_rate: 25, p_max_rate: 35 }),
      (i) => rate(i) >= 25 && rate(i) <= 35,
    ],
    ['another currency', () => ({ p_currency: 'JPY' }), () => false],
    ['a language', () => ({ p_language_code: 'de' }), (i) => i % 2 === 0],
    ['a rating', () => ({ p_min_rating: 4 }), (i) => mean(i) >= 4],
    [
      'several',
      () => ({ p_language_code: 'en', p_min_rating: 3, p_subject_id: subjects[1] }),
      (i) => i % 2 === 1 && mean(i) >= 3 && i % 3 !== 0,
    ],
  ];
  test.each(cases)('%s', async (_, args, wanted) => {
    expect(sorted(ids(await search('anonymous', args())))).toEqual(sorted(those(wanted)));
  });
});

test('a word in the title comes before one in the headline, that before one in the text', async () => {
  expect(ids(await search('anonymous', { p_query: 'latin' }))).toEqual([3, 4, 5].map((i) => tutors[i]?.id));
});

test('many good reviews come before one excellent review', async () => {
  const order = ids(await search('anonymous'));
  const place = (i: number): number => order.indexOf(tutors[i]?.id ?? -1);
  expect(place(29)).toBeLessThan(place(4));
  expect(place(25)).toBeGreaterThan(place(0));
});

test('pages of every size hold everybody once, in one order', async () => {
  const whole = ids(await search('anonymous'));
  for (const size of [1, 7, 30]) {
    const seen: number[] = [];
    let after: Readonly<Record<string, unknown>> = {};
    for (;;) {
      const page = await search('anonymous', { p_limit: size, ...after });
      seen.push(...ids(page));
      const last = page.at(-1);
      if (last === undefined) break;
      after = { p_after_score: last.score, p_after_id: last.tutor_profile_id };
    }
    expect(seen).toEqual(whole);
  }
});

test('free time is that of the calendar: taken and time off are not free, and the page is still full', async () => {
  const student = await db.session((s) => addUser(s));
  const from = new Date('2027-03-01T10:00:00Z');
  const until = new Date('2027-03-01T11:00:00Z');
  const free = { p_free_from: from, p_free_until: until };
  const before = ids(await search(student, free));
  expect(sorted(before)).toEqual(sorted(tutors.map(({ id }) => id)));
  const [best = 0, second = 0, third] = before;
  await as(db, student, (s) =>
    call(s, 'create_booking', {
      p_tutor_profile_id: best,
      p_subject_id: subjects[0],
      p_start_time: from,
      p_end_time: until,
    }),
  );
  await db.session((s) =>
    s.query('INSERT INTO tutor_blackouts (tutor_profile_id, start_at, end_at) VALUES ($1, $2, $3)', [
      second,
      from,
      until,
    ]),
  );
  expect(ids(await search('anonymous', { ...free, p_limit: 1 }))).toEqual([third]);
  expect(ids(await search('anonymous', { ...free, p_free_until: new Date('2027-03-01T12:00:00Z') }))).toContain(best);
});

test('nobody finds who is not approved or is deleted, not even themselves or an administrator', async () => {
  const [hidden, gone, admin] = await db.session(async (s) => {
    const away = await addTutor(s);
    await s.query('UPDATE tutor_profiles SET deleted_at = now() WHERE id = $1', [away.id]);
    return [await addTutor(s, { approved: false }), away, await addUser(s, 'admin')] as const;
  });
  for (const actor of ['anonymous', 'empty', hidden.userId, admin] as const) {
    const found = ids(await search(actor));
    expect(found).toHaveLength(COUNT);
    expect(found).not.toContain(hidden.id);
    expect(found).not.toContain(gone.id);
  }
});

test.each([
  [{ p_max_rate: 10 }],
  [{ p_min_rate: 10 }],
  [{ p_free_from: '2027-01-01' }],
  [{ p_after_id: 1 }],
  [{ p_limit: 0 }],
  [{ p_limit: 101 }],
  [{ p_limit: null }],
])('half a question is refused: %o', async (args) => {
  expect(await outcome(search('anonymous', args))).toBe('22023');
});

describe('a price', () => {
  test.each([
    ['JPY', 0, '3000.00', 3000],
    ['EUR', 2, '30.00', 3000],
    ['TND', 3, '30.00', 30_000],
    ['XXX', null, '30.00', 3000],
  ])('in %s counts in units of 10^-%s', async (currency, digits, hourly, cents) => {
    const student = await db.session((s) => addUser(s));
    const tutor = await db.session(async (s) => {
      if (digits !== null) {
        await s.query(`INSERT INTO supported_currencies (code, name, symbol, minor_units) VALUES ($1, $1, $1, $2)`, [
          currency,
          digits,
        ]);
      }
      const made = await addTutor(s, { rate: hourly });
      await s.query('UPDATE tutor_profiles SET currency = $2 WHERE id = $1', [made.id, currency]);
      return made;
    });
    const lesson = { p_subject_id: subjects[0], p_start_time: '2027-04-01T10:00Z', p_end_time: '2027-04-01T11:00Z' };
    const booked = await as(db, student, (s) => call(s, 'create_booking', { p_tutor_profile_id: tutor.id, ...lesson }));
    expect(booked).toMatchObject({ rate_cents: cents, platform_fee_cents: cents / 5, currency });
  });
});

test('a lesson in a subject that the tutor does not teach is refused', async () => {
  const student = await db.session((s) => addUser(s));
  const lesson = { p_subject_id: subjects[1], p_start_time: '2027-04-02T10:00Z', p_end_time: '2027-04-02T11:00Z' };
  const book = (i: number): Promise<string> =>
    outcome(as(db, student, (s) => call(s, 'create_booking', { p_tutor_profile_id: tutors[i]?.id, ...lesson })));
  expect(await book(0)).toBe('BK404');
  expect(await book(1)).toBe('ok');
  expect(
    await db.session((s) => only(s.query('SELECT count(*)::int AS n FROM bookings WHERE student_id = $1', [student]))),
  ).toEqual({ n: 1 });
});
