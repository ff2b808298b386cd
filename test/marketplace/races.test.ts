/** Many clients at once on real connections: exactly one wins, the others get the documented refusal, nobody is left waiting. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { type Actor, actingAs, only, outcome, useMarketplace } from './support/marketplace.ts';
import { addPackage, addSubject, addTutor, addUser, type Booking, call, type Tutor } from './support/people.ts';

const db = useMarketplace();
const CLIENTS = 64;
/** The documented refusals, and the conflict that a client answers by asking again. */
const REFUSALS = /^(BK00[0-9]|BK404)$/;
let subject: number;
let tutor: Tutor;
let day = 0;

beforeAll(() =>
  db.session(async (s) => {
    subject = await addSubject(s);
    tutor = await addTutor(s);
  }),
);

/** Nothing that raced may have broken a sum. */
afterAll(() =>
  db.session(async (s) => {
    expect(
      await s.query(`SELECT p.id FROM student_packages p WHERE sessions_used <>
        (SELECT count(*) FROM bookings b WHERE b.package_id = p.id AND credit_restored_at IS NULL)`),
    ).toEqual([]);
    expect(
      await s.query(
        'SELECT b.id FROM bookings b WHERE version <> (SELECT count(*) FROM booking_transitions t WHERE t.booking_id = b.id)',
      ),
    ).toEqual([]);
    expect(
      await s.query(
        'SELECT m.tutor_profile_id FROM tutor_metrics m WHERE accepted_count + declined_count + expired_count <> (SELECT count(*) FROM tutor_response_log l WHERE l.tutor_profile_id = m.tutor_profile_id)',
      ),
    ).toEqual([]);
  }),
);

const slot = (): Readonly<Record<string, string>> => {
  day += 1;
  const at = (hour: number): string => new Date(Date.UTC(2027, 0, day, hour)).toISOString();
  return { p_start_time: at(10), p_end_time: at(11), p_now: '2026-12-01T00:00Z' };
};

/** As the application does: a deadlock or a failed serialization is asked again, everything else is an answer. */
async function ask(s: Session, actor: Actor, work: () => Promise<unknown>): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const got = await outcome(actingAs(s, actor, work));
    if (!['40P01', '40001'].includes(got) || attempt === 5) return got;
  }
}

/** All at once, each on a connection of its own that is open before the first begins. */
async function race(
  contestants: readonly (readonly [Actor, (s: Session) => Promise<unknown>])[],
): Promise<readonly string[]> {
  let ready = 0;
  let start: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  return Promise.all(
    contestants.map(([actor, work]) =>
      withSession(db.target(), async (s) => {
        ready += 1;
        if (ready === contestants.length) start();
        await started;
        return ask(s, actor, () => work(s));
      }),
    ),
  );
}

const count = (list: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...new Set(list)].sort().map((value) => [value, list.filter((other) => other === value).length]));

async function booked(
  options: { readonly pack?: boolean; readonly accepted?: boolean } = {},
): Promise<{ b: Booking; student: number }> {
  const student = await db.session((s) => addUser(s));
  const pack = options.pack ? await db.session((s) => addPackage(s, student, tutor)) : null;
  const lesson = { p_tutor_profile_id: tutor.id, p_subject_id: subject, p_package_id: pack, ...slot() };
  const b = await withSession(db.target(), (s) => actingAs(s, student, () => call(s, 'create_booking', lesson)));
  const accept = { p_booking_id: b.id, p_now: '2026-12-01T00:00Z' };
  if (options.accepted)
    await withSession(db.target(), (s) => actingAs(s, tutor.userId, () => call(s, 'accept_booking', accept)));
  return { b, student };
}

test('64 students race for one slot: one gets it, 63 hear that it is taken', async () => {
  const students = await db.session(async (s) => {
    const made: number[] = [];
    for (let i = 0; i < CLIENTS; i += 1) made.push(await addUser(s));
    return made;
  });
  const lesson = { p_tutor_profile_id: tutor.id, p_subject_id: subject, ...slot() };
  const results = await race(students.map((student) => [student, (s) => call(s, 'create_booking', lesson)]));
  expect(count(results)).toEqual({ BK004: CLIENTS - 1, ok: 1 });
}, 30_000);

test('one student presses the button 32 times with one key: one lesson, 32 times the same answer', async () => {
  const student = await db.session((s) => addUser(s));
  const lesson = { p_tutor_profile_id: tutor.id, p_subject_id: subject, p_idempotency_key: 'pressed', ...slot() };
  const ids: number[] = [];
  const press = async (s: Session): Promise<void> => void ids.push((await call(s, 'create_booking', lesson)).id);
  const results = await race(Array.from({ length: 32 }, () => [student, press] as const));
  expect([count(results), new Set(ids).size]).toEqual([{ ok: 32 }, 1]);
});

test('64 lessons race for the last credit: one is paid with it', async () => {
  const student = await db.session((s) => addUser(s));
  const pack = await db.session((s) => addPackage(s, student, tutor, { sessions: 1 }));
  const lesson = (): object => ({ p_tutor_profile_id: tutor.id, p_subject_id: subject, p_package_id: pack, ...slot() });
  const results = await race(
    Array.from({ length: CLIENTS }, () => {
      const wanted = lesson() as Readonly<Record<string, unknown>>;
      return [student, (s: Session) => call(s, 'create_booking', wanted)] as const;
    }),
  );
  expect(count(results)).toEqual({ BK006: CLIENTS - 1, ok: 1 });
  const left = await db.session((s) =>
    only(s.query('SELECT sessions_remaining AS n, status FROM student_packages WHERE id = $1', [pack])),
  );
  expect(left).toEqual({ n: 0, status: 'exhausted' });
});

describe('accept, decline, cancel and expire at once', () => {
  test.each([1, 2, 3, 4, 5, 6])(
    'round %i ends in one state that its log explains, with the credit counted once',
    async () => {
      const { b, student } = await booked({ pack: true });
      const now = { p_booking_id: b.id, p_now: '2026-12-01T00:00Z' };
      const results = await race([
        [tutor.userId, (s) => call(s, 'accept_booking', now)],
        [student, (s) => call(s, 'cancel_booking', now)],
        [tutor.userId, (s) => call(s, 'decline_booking', now)],
        ['system', (s) => s.query('SELECT expire_bookings(1000, $1)', ['2026-12-03T00:00Z'])],
        [tutor.userId, (s) => call(s, 'accept_booking', now)],
        [student, (s) => call(s, 'cancel_booking', now)],
      ]);
      for (const result of results) expect(result === 'ok' || REFUSALS.test(result)).toBe(true);
      const row = await db.session((s) =>
        only(
          s.query(
            'SELECT session_state, payment_state, version, credit_restored_at IS NOT NULL AS back FROM bookings WHERE id = $1',
            [b.id],
          ),
        ),
      );
      const log = await db.session((s) =>
        s.query<{ action: string }>(
          'SELECT action FROM booking_transitions WHERE booking_id = $1 ORDER BY booking_version',
          [b.id],
        ),
      );
      const actions = log.map(({ action }) => action).join(' ');
      const state = `${String(row.session_state)} ${String(row.payment_state)} ${row.back ? 'back' : 'used'}`;
      expect([
        'create accept cancel → CANCELLED VOIDED back',
        'create accept → SCHEDULED AUTHORIZED used',
        'create cancel → CANCELLED VOIDED back',
        'create decline → CANCELLED VOIDED back',
        'create expire → EXPIRED VOIDED back',
      ]).toContain(`${actions} → ${state}`);
      expect(row.version).toBe(log.length);
    },
  );
});

test('64 clients race to accept, cancel, decline and expire one request: one state is left, and its log explains it', async () => {
  const { b, student } = await booked({ pack: true });
  const now = { p_booking_id: b.id, p_now: '2026-12-01T00:00Z' };
  const moves: readonly (readonly [Actor, (s: Session) => Promise<unknown>])[] = [
    [tutor.userId, (s) => call(s, 'accept_booking', now)],
    [student, (s) => call(s, 'cancel_booking', now)],
    [tutor.userId, (s) => call(s, 'decline_booking', now)],
    ['system', (s) => s.query('SELECT expire_bookings(1000, $1)', ['2026-12-03T00:00Z'])],
  ];
  const results = await race(
    Array.from({ length: CLIENTS }, (_, i) => moves[i % moves.length] as (typeof moves)[number]),
  );
  for (const result of results) expect(result).toMatch(/^(ok|BK00[0-9]|BK404)$/);
  const left = await db.session((s) =>
    only(
      s.query(
        `SELECT concat_ws(' ', session_state, payment_state, sessions_remaining, (SELECT string_agg(action, ' ' ORDER BY booking_version) FROM booking_transitions t WHERE t.booking_id = b.id)) AS text
         FROM bookings b JOIN student_packages p ON p.id = b.package_id WHERE b.id = $1`,
        [b.id],
      ),
    ),
  );
  expect([
    'CANCELLED VOIDED 5 create accept cancel',
    'SCHEDULED AUTHORIZED 4 create accept',
    'CANCELLED VOIDED 5 create cancel',
    'CANCELLED VOIDED 5 create decline',
    'EXPIRED VOIDED 5 create expire',
  ]).toContain(left.text);
}, 60_000);

test('64 refunds race for one payment: a quarter of it each, four are given, and never more than was paid', async () => {
  const { b } = await booked({ accepted: true });
  const pay = {
    p_booking_id: b.id,
    p_amount_cents: b.rate_cents,
    p_status: 'AUTHORIZED',
    p_provider_event_id: `e${b.id}`,
  };
  const { id } = await withSession(db.target(), (s) => actingAs(s, 'system', () => call(s, 'record_payment', pay)));
  await withSession(db.target(), (s) =>
    actingAs(s, 'system', async () => {
      await s.query('SELECT FROM start_sessions(1000, $1)', [b.start_time]);
      await call(s, 'end_session', { p_booking_id: b.id, p_outcome: 'COMPLETED', p_now: b.end_time });
    }),
  );
  const results = await race(
    Array.from({ length: CLIENTS }, (_, i) => {
      const part = {
        p_payment_id: id,
        p_amount_cents: b.rate_cents / 4,
        p_reason: 'GOODWILL',
        p_provider_event_id: `r${b.id}.${i}`,
      };
      return ['system', (s: Session) => call(s, 'record_refund', part)] as const;
    }),
  );
  expect(count(results)).toEqual({ BK001: CLIENTS - 4, ok: 4 });
  const left = await db.session((s) =>
    only(s.query('SELECT status, refunded_cents = amount_cents AS whole FROM payments WHERE id = $1', [id])),
  );
  expect(left).toEqual({ status: 'REFUNDED', whole: true });
}, 60_000);

test('two tutors and two students move their lessons across each other: no deadlock is left, nothing overlaps', async () => {
  const { b: one, student: first } = await booked({ accepted: true });
  const { b: two, student: second } = await booked({ accepted: true });
  const to = (b: Booking, other: Booking): Readonly<Record<string, unknown>> => ({
    p_booking_id: b.id,
    p_start_time: other.start_time,
    p_end_time: other.end_time,
    p_now: '2026-12-01T00:00Z',
  });
  const results = await race(
    [1, 2, 3, 4].flatMap(() => [
      [first, (s: Session) => call(s, 'reschedule_booking', to(one, two))] as const,
      [second, (s: Session) => call(s, 'reschedule_booking', to(two, one))] as const,
    ]),
  );
  // Each other's slot is taken as long as nobody gave his up: all are refused, and none was a victim to the end.
  expect(count(results)).toEqual({ BK004: 8 });
});

test('the same version is accepted from one of sixteen editors', async () => {
  const { b } = await booked({ accepted: true });
  const results = await race(
    Array.from({ length: 16 }, (_, i) => {
      const start = new Date(b.start_time.getTime() + (i + 1) * 3_600_000 - 1_800_000);
      const moved = {
        p_start_time: start,
        p_end_time: new Date(start.getTime() + 3_600_000),
        p_expected_version: b.version + 1,
      };
      return [
        tutor.userId,
        (s: Session) => call(s, 'reschedule_booking', { p_booking_id: b.id, ...moved, p_now: '2026-12-01T00:00Z' }),
      ] as const;
    }),
  );
  expect(count(results)).toEqual({ BK003: 15, ok: 1 });
});
