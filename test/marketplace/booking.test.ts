/** The four procedures of the core: what they do, what they refuse, and that saying it twice does no harm. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Actor, as, only, outcome, useMarketplace } from './support/marketplace.ts';
import { addPackage, addSubject, addTutor, addUser, type Booking, call, type Tutor } from './support/people.ts';

const db = useMarketplace();
const NOW = '2026-03-02T08:00:00Z';
let subject: number;
let tutor: Tutor;
let student: number;
let admin: number;
let stranger: number;
let hour = 0;

beforeAll(() =>
  db.session(async (s) => {
    subject = await addSubject(s);
    tutor = await addTutor(s);
    student = await addUser(s);
    admin = await addUser(s, 'admin');
    stranger = await addUser(s);
  }),
);

/** A slot that no other test uses, days after NOW. */
function slot(): { p_start_time: string; p_end_time: string } {
  hour += 1;
  const start = Date.parse(NOW) + 72 * 3_600_000 + hour * 3_600_000;
  return { p_start_time: new Date(start).toISOString(), p_end_time: new Date(start + 3_600_000).toISOString() };
}

const create = (actor: Actor, args: Readonly<Record<string, unknown>> = {}): Promise<Booking> =>
  as(db, actor, (s) =>
    call(s, 'create_booking', { p_tutor_profile_id: tutor.id, p_subject_id: subject, ...slot(), p_now: NOW, ...args }),
  );
const act = (
  actor: Actor,
  procedure: string,
  id: number,
  args: Readonly<Record<string, unknown>> = {},
): Promise<Booking> => as(db, actor, (s) => call(s, procedure, { p_booking_id: id, p_now: NOW, ...args }));
const logOf = (id: number): Promise<readonly { action: string; actor_role: string; booking_version: number }[]> =>
  db.session((s) =>
    s.query('SELECT action, actor_role, booking_version FROM booking_transitions WHERE booking_id = $1 ORDER BY id', [
      id,
    ]),
  );
const eventsOf = (id: number): Promise<readonly string[]> =>
  db.session(async (s) =>
    (
      await s.query<{ event_type: string }>(
        `SELECT event_type FROM outbox_events WHERE aggregate_type = 'booking' AND aggregate_id = $1 ORDER BY id`,
        [id],
      )
    ).map((row) => row.event_type),
  );
const creditOf = (id: number): Promise<{ sessions_used: number; sessions_remaining: number; status: string }> =>
  db.session((s) =>
    only(s.query('SELECT sessions_used, sessions_remaining, status FROM student_packages WHERE id = $1', [id])),
  );

describe('create_booking', () => {
  test('freezes names, price and fee, and logs', async () => {
    const b = await create(student);
    expect(b).toMatchObject({
      session_state: 'REQUESTED',
      session_outcome: null,
      payment_state: 'PENDING',
      dispute_state: 'NONE',
      version: 1,
      rate_cents: 4000,
      platform_fee_cents: 800,
      tutor_earnings_cents: 3200,
      currency: 'EUR',
    });
    expect(b.tutor_name).toMatch(/^First\d+ Last\d+$/);
    expect(b.student_name).toMatch(/^First\d+ Last\d+$/);
    expect(b.subject_name).toMatch(/^Subject/);
    expect(b.pricing_snapshot).toMatchObject({ hourly_rate: 40, minutes: 60, platform_fee_pct: 20, package_id: null });
    expect(await logOf(b.id)).toEqual([{ action: 'create', actor_role: 'STUDENT', booking_version: 1 }]);
    expect(await eventsOf(b.id)).toEqual(['booking.create']);
  });

  test('rounds the fee half up', async () => {
    const cheap = await db.session((s) => addTutor(s, { rate: '0.03' }));
    const b = await create(student, { p_tutor_profile_id: cheap.id });
    expect([b.rate_cents, b.platform_fee_cents, b.tutor_earnings_cents]).toEqual([3, 1, 2]);
    const half = await db.session((s) => addTutor(s, { rate: '0.125' }));
    expect((await create(student, { p_tutor_profile_id: half.id })).rate_cents).toBe(13);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['BK002', () => create('anonymous')],
    ['BK002', () => create('empty')],
    ['BK002', () => create(tutor.userId)],
    ['BK002', () => create(admin)],
    ['BK404', () => create(student, { p_tutor_profile_id: 999_999 })],
    ['BK404', () => create(student, { p_subject_id: 999_999 })],
    ['BK404', () => create(student, { p_package_id: 999_999 })],
    ['BK007', () => create(student, { p_start_time: '2026-03-02T07:00Z', p_end_time: '2026-03-02T08:00Z' })],
    ['22023', () => create(student, { p_start_time: '2026-03-09T09:00Z', p_end_time: '2026-03-09T09:00Z' })],
    ['22023', () => create(student, { p_start_time: '2026-03-09T09:00Z', p_end_time: '2026-03-09T17:01Z' })],
  ])('refuses with %s (%#)', async (code, work) => {
    expect(await outcome(work())).toBe(code);
  });

  test('refuses an unapproved, a deleted and an inactive tutor, and an inactive student', async () => {
    const hidden = await db.session((s) => addTutor(s, { approved: false }));
    const gone = await db.session((s) => addTutor(s));
    const asleep = await db.session((s) => addTutor(s));
    const inactive = await db.session((s) => addUser(s));
    await db.session(async (s) => {
      await s.query('UPDATE tutor_profiles SET deleted_at = now() WHERE id = $1', [gone.id]);
      await s.query('UPDATE users SET is_active = false WHERE id = ANY ($1)', [[asleep.userId, inactive]]);
    });
    expect(await outcome(create(student, { p_tutor_profile_id: hidden.id }))).toBe('BK404');
    expect(await outcome(create(student, { p_tutor_profile_id: gone.id }))).toBe('BK404');
    expect(await outcome(create(student, { p_tutor_profile_id: asleep.id }))).toBe('BK404');
    expect(await outcome(create(inactive))).toBe('BK002');
  });

  test('refuses a slot that overlaps, and takes one that touches', async () => {
    const at = slot();
    slot();
    await create(student, at);
    const middle = new Date(Date.parse(at.p_start_time) + 1_800_000).toISOString();
    const later = new Date(Date.parse(middle) + 3_600_000).toISOString();
    expect(await outcome(create(stranger, { p_start_time: middle, p_end_time: later }))).toBe('BK004');
    const touching = new Date(Date.parse(at.p_end_time) + 3_600_000).toISOString();
    expect(await outcome(create(stranger, { p_start_time: at.p_end_time, p_end_time: touching }))).toBe('ok');
  });

  test('refuses a student who has an agreed lesson then, but not one who only asked', async () => {
    const at = slot();
    const other = await db.session((s) => addTutor(s));
    const b = await create(student, at);
    const second = await create(student, { ...at, p_tutor_profile_id: other.id });
    await act(tutor.userId, 'accept_booking', b.id);
    const third = await db.session((s) => addTutor(s));
    expect(await outcome(create(student, { ...at, p_tutor_profile_id: third.id }))).toBe('BK004');
    expect(await outcome(act(other.userId, 'accept_booking', second.id))).toBe('BK004');
  });

  test('reports a row written past the procedures as a taken slot too', async () => {
    const at = slot();
    const b = await create(student, at);
    expect(b.version).toBe(1);
    const copy = `INSERT INTO bookings (tutor_profile_id, student_id, subject_id, start_time, end_time, tutor_name, student_name, subject_name, rate_cents, pricing_snapshot)
      SELECT tutor_profile_id, student_id, subject_id, start_time, end_time, 'a', 'b', 'c', 0, pricing_snapshot FROM bookings WHERE id = $1`;
    expect(await outcome(db.session((s) => s.query(copy, [b.id])))).toBe('23P01');
  });

  test('carries a request with one key out once, and refuses the key for another request', async () => {
    const at = slot();
    const key = { p_idempotency_key: 'k1' };
    const first = await create(student, { ...at, ...key });
    const again = await create(student, { ...at, ...key });
    expect(again.id).toBe(first.id);
    expect(await outcome(create(student, { ...slot(), ...key }))).toBe('BK409');
    expect(await outcome(create(stranger, { ...slot(), ...key }))).toBe('ok');
    const race = { ...slot(), p_idempotency_key: 'k2' };
    const all = await Promise.all(Array.from({ length: 6 }, () => create(student, race)));
    expect(new Set(all.map((b) => b.id)).size).toBe(1);
  });

  test('takes a credit of the package, until there is none', async () => {
    const pack = await db.session((s) => addPackage(s, student, tutor, { sessions: 2 }));
    const b = await create(student, { p_package_id: pack });
    expect([b.rate_cents, b.platform_fee_cents, b.tutor_earnings_cents]).toEqual([5000, 1000, 4000]);
    expect(await creditOf(pack)).toEqual({ sessions_used: 1, sessions_remaining: 1, status: 'active' });
    await create(student, { p_package_id: pack });
    expect(await creditOf(pack)).toEqual({ sessions_used: 2, sessions_remaining: 0, status: 'exhausted' });
    expect(await outcome(create(student, { p_package_id: pack }))).toBe('BK006');
    await act(tutor.userId, 'decline_booking', b.id);
    expect(await creditOf(pack)).toEqual({ sessions_used: 1, sessions_remaining: 1, status: 'active' });
    expect(await outcome(create(stranger, { p_package_id: pack }))).toBe('BK404');
  });

  test('refuses an expired package, and one for another tutor', async () => {
    const expired = await db.session((s) => addPackage(s, student, tutor, { expires: NOW }));
    expect(await outcome(create(student, { p_package_id: expired }))).toBe('BK006');
    const other = await db.session((s) => addTutor(s));
    const foreign = await db.session((s) => addPackage(s, student, other));
    expect(await outcome(create(student, { p_package_id: foreign }))).toBe('BK006');
    expect(await creditOf(foreign)).toMatchObject({ sessions_used: 0 });
  });
});

describe('accept_booking and decline_booking', () => {
  test('accepting agrees, authorises, counts and logs; again changes nothing', async () => {
    const fast = await db.session((s) => addTutor(s));
    const b = await create(student, { p_tutor_profile_id: fast.id });
    const accepted = await act(fast.userId, 'accept_booking', b.id, {
      p_expected_version: 1,
      p_now: '2026-03-02T08:05:00Z',
    });
    expect(accepted).toMatchObject({ session_state: 'SCHEDULED', payment_state: 'AUTHORIZED', version: 2 });
    const again = await act(fast.userId, 'accept_booking', b.id, { p_expected_version: 1 });
    expect(again.version).toBe(2);
    expect(await logOf(b.id)).toEqual([
      { action: 'create', actor_role: 'STUDENT', booking_version: 1 },
      { action: 'accept', actor_role: 'TUTOR', booking_version: 2 },
    ]);
    expect(await eventsOf(b.id)).toEqual(['booking.create', 'booking.accept']);
    const metrics = await db.session((s) =>
      only(s.query('SELECT * FROM tutor_metrics WHERE tutor_profile_id = $1', [fast.id])),
    );
    expect(metrics).toMatchObject({ accepted_count: 1, declined_count: 0, response_seconds: '300' });
  });

  test('declining cancels, voids, counts and logs; again changes nothing', async () => {
    const b = await create(student);
    const declined = await act(tutor.userId, 'decline_booking', b.id, { p_reason: 'ill' });
    expect(declined).toMatchObject({
      session_state: 'CANCELLED',
      session_outcome: 'NOT_HELD',
      payment_state: 'VOIDED',
      cancelled_by_role: 'TUTOR',
    });
    expect((await act(tutor.userId, 'decline_booking', b.id)).version).toBe(2);
    expect((await logOf(b.id)).map((row) => row.action)).toEqual(['create', 'decline']);
    expect(await outcome(act(tutor.userId, 'accept_booking', b.id))).toBe('BK001');
  });

  test.each(['accept_booking', 'decline_booking'])('%s refuses everybody but the tutor', async (procedure) => {
    const b = await create(student);
    const other = await db.session((s) => addTutor(s));
    expect(await outcome(act(student, procedure, b.id))).toBe('BK002');
    expect(await outcome(act(admin, procedure, b.id))).toBe('BK002');
    expect(await outcome(act('anonymous', procedure, b.id))).toBe('BK002');
    expect(await outcome(act('empty', procedure, b.id))).toBe('BK002');
    expect(await outcome(act(stranger, procedure, b.id))).toBe('BK404');
    expect(await outcome(act(other.userId, procedure, b.id))).toBe('BK404');
    expect(await outcome(act(tutor.userId, procedure, 999_999))).toBe('BK404');
    expect(await outcome(act(tutor.userId, procedure, b.id, { p_expected_version: 7 }))).toBe('BK003');
    expect(await logOf(b.id)).toHaveLength(1);
  });

  test('accepting after the start is too late', async () => {
    const b = await create(student);
    expect(await outcome(act(tutor.userId, 'accept_booking', b.id, { p_now: b.start_time }))).toBe('BK007');
  });
});

describe('cancel_booking', () => {
  const hoursBefore = (b: Booking, hours: number): string =>
    new Date(b.start_time.getTime() - hours * 3_600_000).toISOString();

  test.each<[string, () => number, number, 'VOIDED' | 'CAPTURED', string]>([
    ['student', () => student, 24, 'VOIDED', 'STUDENT'],
    ['student', () => student, 23.999, 'CAPTURED', 'STUDENT'],
    ['tutor', () => tutor.userId, 1, 'VOIDED', 'TUTOR'],
    ['admin', () => admin, 1, 'VOIDED', 'ADMIN'],
  ])('an agreed lesson, by the %s (%#)', async (_who, actor, hours, payment, role) => {
    const pack = await db.session((s) => addPackage(s, student, tutor, { sessions: 1 }));
    const b = await create(student, { p_package_id: pack });
    await act(tutor.userId, 'accept_booking', b.id);
    const p_now = hoursBefore(b, hours);
    const cancelled = await act(actor(), 'cancel_booking', b.id, { p_now, p_reason: 'rain' });
    expect(cancelled).toMatchObject({
      session_state: 'CANCELLED',
      payment_state: payment,
      cancelled_by_role: role,
      version: 3,
    });
    expect((await creditOf(pack)).sessions_remaining).toBe(payment === 'VOIDED' ? 1 : 0);
    expect(cancelled.credit_restored_at === null).toBe(payment === 'CAPTURED');
    const again = await act(actor(), 'cancel_booking', b.id, { p_now });
    expect(again.version).toBe(3);
    expect((await creditOf(pack)).sessions_used).toBe(payment === 'VOIDED' ? 0 : 1);
  });

  test('a request that nobody accepted is given back, however late', async () => {
    const pack = await db.session((s) => addPackage(s, student, tutor));
    const b = await create(student, { p_package_id: pack });
    const cancelled = await act(student, 'cancel_booking', b.id, { p_now: hoursBefore(b, 1) });
    expect(cancelled.payment_state).toBe('VOIDED');
    expect((await creditOf(pack)).sessions_used).toBe(0);
  });

  test('refuses strangers, wrong versions and lessons that began', async () => {
    const b = await create(student);
    expect(await outcome(act(stranger, 'cancel_booking', b.id))).toBe('BK404');
    expect(await outcome(act('anonymous', 'cancel_booking', b.id))).toBe('BK002');
    expect(await outcome(act(student, 'cancel_booking', b.id, { p_expected_version: 2 }))).toBe('BK003');
    expect(await outcome(act(student, 'cancel_booking', b.id, { p_now: b.start_time }))).toBe('BK007');
  });

  test('the payment row follows', async () => {
    const b = await create(student);
    await act(tutor.userId, 'accept_booking', b.id);
    await db.session((s) =>
      s.query(
        `INSERT INTO payments (booking_id, student_id, amount_cents, currency, status) VALUES ($1, $2, 4000, 'EUR', 'AUTHORIZED')`,
        [b.id, student],
      ),
    );
    await act(student, 'cancel_booking', b.id, { p_now: hoursBefore(b, 2) });
    const payment = await db.session((s) =>
      only(s.query('SELECT status, captured_at FROM payments WHERE booking_id = $1', [b.id])),
    );
    expect(payment.status).toBe('CAPTURED');
    expect(payment.captured_at).toBeInstanceOf(Date);
  });
});

test('sixteen clients race for one slot: exactly one wins', async () => {
  const wanted = await db.session((s) => addTutor(s));
  const students: number[] = [];
  await db.session(async (s) => {
    while (students.length < 16) students.push(await addUser(s));
  });
  const at = slot();
  const results = await Promise.all(
    students.map((id) => outcome(create(id, { ...at, p_tutor_profile_id: wanted.id }))),
  );
  expect(results.filter((code) => code === 'ok')).toHaveLength(1);
  expect(results.filter((code) => code === 'BK004')).toHaveLength(15);
});
