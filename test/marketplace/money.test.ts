/** Payments, refunds, payouts, wallets, reviews and lessons: no cent appears, disappears or goes back twice. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../src/pg/pool.ts';
import { type Actor, as, only, outcome, useMarketplace, violated } from './support/marketplace.ts';
import { addPackage, addSubject, addTutor, addUser, type Booking, call, type Tutor } from './support/people.ts';

const db = useMarketplace();
let subject: number;
let tutor: Tutor;
let student: number;
let admin: number;
let day = 0;
let event = 0;

beforeAll(() =>
  db.session(async (s) => {
    subject = await addSubject(s);
    tutor = await addTutor(s);
    student = await addUser(s);
    admin = await addUser(s, 'admin');
  }),
);

const hours = (b: Booking, n: number): string => new Date(b.start_time.getTime() + n * 3_600_000).toISOString();
const act = (actor: Actor, procedure: string, args: Readonly<Record<string, unknown>>): Promise<Booking & Row> =>
  as(db, actor, (s) => call(s, procedure, args)) as Promise<Booking & Row>;
const query = (sql: string, params: readonly unknown[] = []): Promise<Row> =>
  db.session((s) => only(s.query(sql, params)));
const newEvent = (): string => {
  event += 1;
  return `evt_${event}`;
};

async function held(
  outcomeOfIt: string | null,
  options: { readonly pack?: number; readonly pay?: boolean } = {},
): Promise<Booking> {
  day += 1;
  const start = new Date(Date.UTC(2026, 5, day, 10)).toISOString();
  const end = new Date(Date.UTC(2026, 5, day, 11)).toISOString();
  const asked = {
    p_tutor_profile_id: tutor.id,
    p_subject_id: subject,
    p_start_time: start,
    p_end_time: end,
    p_now: '2026-05-01T00:00Z',
  };
  const b = await act(student, 'create_booking', { ...asked, p_package_id: options.pack ?? null });
  await act(tutor.userId, 'accept_booking', { p_booking_id: b.id, p_now: '2026-05-01T00:00Z' });
  if (options.pay !== false) {
    const paid = {
      p_booking_id: b.id,
      p_amount_cents: b.rate_cents,
      p_status: 'AUTHORIZED',
      p_provider_payment_id: `pi_${b.id}`,
    };
    await act('system', 'record_payment', { ...paid, p_provider_event_id: newEvent() });
  }
  await as(db, 'system', (s) => s.query('SELECT start_sessions(1000, $1)', [hours(b, 0)]));
  if (outcomeOfIt === null) return b;
  return act('system', 'end_session', { p_booking_id: b.id, p_outcome: outcomeOfIt, p_now: hours(b, 1) });
}

const balance = async (): Promise<number> =>
  Number(
    (await query(`SELECT coalesce(sum(balance_cents), 0) AS n FROM wallets WHERE user_id = $1`, [tutor.userId])).n,
  );
const paymentOf = (b: Booking): Promise<Row> => query('SELECT * FROM payments WHERE booking_id = $1', [b.id]);

/** After every test: the books balance, whatever it did. */
afterEach(() =>
  db.session(async (s) => {
    expect(
      await s.query(
        `SELECT id FROM wallets w WHERE balance_cents <> (SELECT coalesce(sum(amount_cents), 0) FROM wallet_transactions WHERE wallet_id = w.id)`,
      ),
    ).toEqual([]);
    expect(await s.query('SELECT currency FROM wallets GROUP BY currency HAVING sum(balance_cents) <> 0')).toEqual([]);
    expect(
      await s.query('SELECT transfer_id FROM wallet_transactions GROUP BY transfer_id HAVING sum(amount_cents) <> 0'),
    ).toEqual([]);
    expect(
      await s.query(
        'SELECT p.id FROM payments p WHERE refunded_cents <> (SELECT coalesce(sum(amount_cents), 0) FROM refunds WHERE payment_id = p.id)',
      ),
    ).toEqual([]);
  }),
);

test('a completed lesson is captured: the tutor earns, the platform takes its fee', async () => {
  const before = await balance();
  const b = await held('COMPLETED');
  expect(await paymentOf(b)).toMatchObject({ status: 'CAPTURED', refunded_cents: 0 });
  expect((await balance()) - before).toBe(3200);
  expect((await query('SELECT total_sessions FROM tutor_profiles WHERE id = $1', [tutor.id])).total_sessions).toBe(1);
});

test('a tutor who did not come earns nothing, and the payment goes back whole', async () => {
  const before = await balance();
  const b = await held('NO_SHOW_TUTOR');
  expect(await paymentOf(b)).toMatchObject({ status: 'REFUNDED', refunded_cents: 4000 });
  expect(
    await query(
      'SELECT reason, refunds.amount_cents FROM refunds JOIN payments p ON p.id = payment_id WHERE booking_id = $1',
      [b.id],
    ),
  ).toEqual({ reason: 'NO_SHOW_TUTOR', amount_cents: 4000 });
  expect(await balance()).toBe(before);
});

describe('refunds', () => {
  const refund = (id: unknown, cents: number, key = newEvent()): Promise<Booking & Row> =>
    act('system', 'record_refund', {
      p_payment_id: id,
      p_amount_cents: cents,
      p_reason: 'GOODWILL',
      p_provider_event_id: key,
    });

  test('each has its version, its transition and its event, also where the state stays, and within one transaction', async () => {
    const { id: booking } = await held('COMPLETED');
    const { id } = await paymentOf({ id: booking } as Booking);
    const log = (): Promise<readonly Row[]> =>
      db.session((s) =>
        s.query(
          `SELECT b.version, t.from_payment_state, t.to_payment_state, e.event_type, t.actor_role FROM bookings b
           JOIN booking_transitions t ON t.booking_id = b.id
           JOIN outbox_events e ON e.aggregate_id = b.id AND (e.payload ->> 'version')::int = t.booking_version AND e.event_type = 'booking.' || t.action
           WHERE b.id = $1 AND t.action = 'payment' ORDER BY t.booking_version`,
          [booking],
        ),
      );
    await as(db, 'system', async (s) => {
      const part = { p_payment_id: id, p_amount_cents: 100, p_reason: 'GOODWILL' };
      for (const _ of [1, 2]) await call(s, 'record_refund', { ...part, p_provider_event_id: newEvent() });
    });
    await refund(id, 100);
    const { version } = await query('SELECT version FROM bookings WHERE id = $1', [booking]);
    const told = {
      version,
      to_payment_state: 'PARTIALLY_REFUNDED',
      event_type: 'booking.payment',
      actor_role: 'SYSTEM',
    };
    expect(await log()).toEqual([
      { ...told, from_payment_state: 'CAPTURED' },
      { ...told, from_payment_state: 'PARTIALLY_REFUNDED' },
      { ...told, from_payment_state: 'PARTIALLY_REFUNDED' },
    ]);
    const { n } = await query('SELECT count(*)::int AS n FROM booking_transitions WHERE booking_id = $1', [booking]);
    expect(version).toBe(n);
  });

  test('in parts, up to the payment and not a cent more; a repeated event counts once', async () => {
    const { id } = await paymentOf(await held('COMPLETED'));
    const key = newEvent();
    const first = await refund(id, 1500, key);
    expect((await refund(id, 1500, key)).id).toBe(first.id);
    expect(await outcome(refund(id, 2501))).toBe('BK008');
    await refund(id, 2500);
    expect(await query('SELECT status, refunded_cents FROM payments WHERE id = $1', [id])).toEqual({
      status: 'REFUNDED',
      refunded_cents: 4000,
    });
    expect(await outcome(refund(id, 1))).toBe('BK001');
  });

  test('eight clients race for the limit: the sum never exceeds the payment', async () => {
    const b = await held('COMPLETED');
    const { id } = await paymentOf(b);
    const results = await Promise.all(Array.from({ length: 8 }, () => outcome(refund(id, 1000))));
    expect(results.filter((code) => code === 'ok')).toHaveLength(4);
    expect(await query('SELECT payment_state FROM bookings WHERE id = $1', [b.id])).toEqual({
      payment_state: 'REFUNDED',
    });
  });

  test('belong to the system', async () => {
    const { id } = await paymentOf(await held('COMPLETED'));
    const args = { p_payment_id: id, p_amount_cents: 1, p_reason: 'GOODWILL', p_provider_event_id: 'x' };
    expect(await outcome(act(admin, 'record_refund', args))).toBe('42501');
    expect(await outcome(act('system', 'record_refund', { ...args, p_payment_id: 999_999 }))).toBe('BK404');
  });
});

describe('disputes', () => {
  test('refunded in full: money, refund row and credit go back, once', async () => {
    const pack = await db.session((s) => addPackage(s, student, tutor, { sessions: 1 }));
    const b = await held('COMPLETED', { pack, pay: false });
    await act(student, 'open_dispute', { p_booking_id: b.id, p_reason: 'left early', p_now: hours(b, 24) });
    const args = { p_booking_id: b.id, p_resolution: 'REFUNDED' };
    const resolved = await act(admin, 'resolve_dispute', args);
    expect(resolved).toMatchObject({ payment_state: 'REFUNDED', dispute_state: 'RESOLVED_REFUNDED' });
    expect((await act(admin, 'resolve_dispute', args)).version).toBe(resolved.version);
    expect(await outcome(act(admin, 'resolve_dispute', { ...args, p_resolution: 'UPHELD' }))).toBe('BK001');
    expect(await query('SELECT sessions_remaining FROM student_packages WHERE id = $1', [pack])).toEqual({
      sessions_remaining: 1,
    });
  });

  test('refunded in part: the credit stays used, more than was paid is refused', async () => {
    const b = await held('COMPLETED');
    await act(tutor.userId, 'open_dispute', { p_booking_id: b.id, p_reason: 'rude', p_now: hours(b, 24) });
    const resolve = (cents: number): Promise<Booking & Row> =>
      act(admin, 'resolve_dispute', { p_booking_id: b.id, p_resolution: 'REFUNDED', p_refund_cents: cents });
    expect(await outcome(resolve(4001))).toBe('BK008');
    expect(await outcome(resolve(0))).toBe('BK008');
    expect(await resolve(1000)).toMatchObject({ payment_state: 'PARTIALLY_REFUNDED' });
    expect(await paymentOf(b)).toMatchObject({ refunded_cents: 1000, status: 'PARTIALLY_REFUNDED' });
  });

  test('are opened within thirty days', async () => {
    const b = await held('COMPLETED');
    const open = (n: number): Promise<unknown> =>
      act(student, 'open_dispute', { p_booking_id: b.id, p_reason: 'x', p_now: hours(b, n) });
    expect(await outcome(open(1 + 30 * 24 + 0.001))).toBe('BK007');
    expect(await outcome(open(1 + 30 * 24))).toBe('ok');
  });
});

test('a payout takes no more than the wallet holds, once an event', async () => {
  await held('COMPLETED');
  const before = await balance();
  const args = { p_tutor_profile_id: tutor.id, p_currency: 'EUR' };
  const key = newEvent();
  expect(
    await outcome(act('system', 'record_payout', { ...args, p_amount_cents: before + 1, p_provider_event_id: key })),
  ).toBe('BK008');
  await act('system', 'record_payout', { ...args, p_amount_cents: 1200, p_provider_event_id: key });
  await act('system', 'record_payout', { ...args, p_amount_cents: 1200, p_provider_event_id: key });
  expect(await balance()).toBe(before - 1200);
});

test('a payment is recorded once an event, never above the price, never twice for one booking', async () => {
  const b = await held(null, { pay: false });
  const pay = (more: Readonly<Record<string, unknown>>): Promise<Booking & Row> =>
    act('system', 'record_payment', { p_booking_id: b.id, p_amount_cents: 4000, p_status: 'AUTHORIZED', ...more });
  expect(await outcome(pay({ p_amount_cents: 4001, p_provider_event_id: 'a' }))).toBe('BK008');
  const first = await pay({ p_provider_event_id: 'b', p_provider_payment_id: 'pi' });
  expect((await pay({ p_provider_event_id: 'b', p_provider_payment_id: 'pi' })).id).toBe(first.id);
  expect(await outcome(pay({ p_provider_event_id: 'c', p_provider_payment_id: 'other' }))).toBe('BK001');
  expect(await outcome(pay({ p_provider_event_id: 'd', p_status: 'NONSENSE' }))).toBe('22023');
});

test('requests expire after a day, credit and all; workers share the work', async () => {
  const pack = await db.session((s) => addPackage(s, student, tutor, { sessions: 4 }));
  for (let n = 0; n < 4; n += 1) {
    const p_start_time = new Date(Date.UTC(2026, 8, 1 + n, 10)).toISOString();
    const p_end_time = new Date(Date.UTC(2026, 8, 1 + n, 11)).toISOString();
    await act(student, 'create_booking', {
      p_tutor_profile_id: tutor.id,
      p_subject_id: subject,
      p_start_time,
      p_end_time,
      p_package_id: pack,
      p_now: '2026-08-01T00:00Z',
    });
  }
  const expire = (now: string): Promise<readonly Row[]> =>
    as(db, 'system', (s) => s.query('SELECT * FROM expire_bookings(500, $1)', [now]));
  expect(await expire('2026-08-01T23:59Z')).toEqual([]);
  const results = await Promise.all([expire('2026-08-02T00:00Z'), expire('2026-08-02T00:00Z')]);
  expect(results.flat()).toHaveLength(4);
  expect(await query('SELECT sessions_remaining, status FROM student_packages WHERE id = $1', [pack])).toEqual({
    sessions_remaining: 4,
    status: 'active',
  });
});

describe('wallets', () => {
  test('move by balanced entries only', () =>
    db.session(async (s) => {
      expect(await outcome(s.query('UPDATE wallets SET balance_cents = 0 WHERE balance_cents <> 0'))).toBe('23001');
      const single = `INSERT INTO wallet_transactions (wallet_id, transfer_id, type, amount_cents, balance_after_cents) SELECT id, gen_random_uuid(), 'DEPOSIT', 5, balance_cents + 5 FROM wallets WHERE kind = 'platform'`;
      expect(await outcome(s.query(single))).toBe('23514');
      // Balanced, but the entries do not say what the wallets hold afterwards.
      const silent = `INSERT INTO wallet_transactions (wallet_id, transfer_id, type, amount_cents, balance_after_cents)
        SELECT w.id, gen_random_uuid(), 'DEPOSIT', cents, 0 FROM wallets w, (VALUES (5), (-5)) AS moved (cents) WHERE kind = 'platform'`;
      expect(
        await violated(s, silent.replace('gen_random_uuid()', `'${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}'`)),
      ).toBe('trg_wallet_transactions_keep');
      expect(await outcome(s.query('UPDATE wallet_transactions SET amount_cents = 1'))).toBe('23001');
      expect(await outcome(s.query('DELETE FROM wallet_transactions'))).toBe('23001');
    }));
});

describe('reviews and lessons', () => {
  test('one review a completed lesson, by its student; the rating follows, also when it is hidden', async () => {
    const b = await held('COMPLETED');
    const review = (actor: Actor, rating: number): Promise<unknown> =>
      act(actor, 'submit_review', { p_booking_id: b.id, p_rating: rating });
    expect(await outcome(review(tutor.userId, 5))).toBe('BK002');
    expect(await outcome(review(student, 6))).toBe('23514');
    expect(await outcome(review(student, 4))).toBe('ok');
    expect(await outcome(review(student, 4))).toBe('ok');
    expect(await outcome(review(student, 1))).toBe('BK001');
    const rating = (): Promise<Row> =>
      query('SELECT average_rating, total_reviews FROM tutor_profiles WHERE id = $1', [tutor.id]);
    expect(await rating()).toEqual({ average_rating: '4.00', total_reviews: 1 });
    await as(db, admin, (s) => s.query('UPDATE reviews SET is_visible = false WHERE booking_id = $1', [b.id]));
    expect(await rating()).toEqual({ average_rating: null, total_reviews: 0 });
    const missed = await held('NO_SHOW_STUDENT');
    expect(await outcome(act(student, 'submit_review', { p_booking_id: missed.id, p_rating: 5 }))).toBe('BK001');
  });

  test('a logged lesson moves progress with it, or nothing moves', async () => {
    await db.session((s) =>
      s.query(`INSERT INTO skills (subject_id, code, name) VALUES ($1, 'A.1', 'a'), ($1, 'A.2', 'b')`, [subject]),
    );
    const log = (b: Booking, codes: readonly string[], gains: readonly number[]): Promise<unknown> =>
      act(tutor.userId, 'log_lesson', { p_booking_id: b.id, p_topics: 't', p_skill_codes: codes, p_gains: gains });
    const first = await held('COMPLETED');
    expect(await outcome(log(first, ['A.1', 'A.9'], [0.5, 0.5]))).toBe('BK404');
    expect(await outcome(log(first, ['A.1'], []))).toBe('22023');
    await log(first, ['A.1', 'A.2'], [0.6, 0.2]);
    await log(first, ['A.1', 'A.2'], [0.6, 0.2]);
    const second = await held('COMPLETED');
    expect(await outcome(log(second, ['A.2', 'A.1'], [0.1, 0.6]))).toBe('23514');
    const known = await db.session((s) =>
      s.query('SELECT proficiency FROM progress WHERE student_id = $1 ORDER BY skill_id', [student]),
    );
    expect(known).toEqual([{ proficiency: '0.600' }, { proficiency: '0.200' }]);
    expect(await db.session((s) => s.query('SELECT 1 FROM lessons WHERE booking_id = $1', [second.id]))).toEqual([]);
  });
});

describe('the audit log', () => {
  test('is a chain that shows every change, and holds no personal value', async () => {
    await db.session((s) =>
      s.query(`UPDATE users SET is_verified = true, email = 'audited@example.org' WHERE id = $1`, [student]),
    );
    const row = await query(
      `SELECT changed_columns, old_values, new_values FROM audit_log WHERE table_name = 'users' ORDER BY id DESC LIMIT 1`,
    );
    expect(row).toEqual({
      changed_columns: ['email', 'is_verified'],
      old_values: { is_verified: false },
      new_values: { is_verified: true },
    });
    const faults = (actor: Actor): Promise<readonly Row[]> =>
      as(db, actor, (s) => s.query('SELECT * FROM verify_audit_chain()'));
    expect(await faults(admin)).toEqual([]);
    await db.session((s) =>
      s.query(
        `SET session_replication_role = replica; UPDATE audit_log SET actor_role = 'nobody' WHERE id = (SELECT min(id) FROM audit_log)`,
      ),
    );
    expect(await faults(admin)).toMatchObject([{ fault: 'changed' }]);
    expect(await faults(student)).toEqual([]);
  });

  test('partitions made later take their rows over, and are guarded', () =>
    db.session(async (s) => {
      const count = async (table: string): Promise<unknown> =>
        (await only(s.query(`SELECT count(*)::int AS n FROM ${table}`))).n;
      const whole = await count('audit_log');
      expect(whole).toBeGreaterThan(0);
      for (const table of ['audit_log', 'outbox_events', 'notifications']) {
        expect(await only(s.query('SELECT create_month_partitions($1, 3) AS made', [table]))).toEqual({ made: 3 });
        expect(await only(s.query('SELECT create_month_partitions($1, 3) AS made', [table]))).toEqual({ made: 0 });
        expect(await count(`${table}_default`)).toBe(0);
      }
      expect(await count('audit_log')).toBe(whole);
      expect(
        await s.query(
          `SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)`,
        ),
      ).toEqual([]);
      expect(await outcome(s.query('DELETE FROM audit_log'))).toBe('23001');
    }));
});
