/** What a payment provider reports counts once and for one thing, and money that was never earned is not taken back. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { as, only, outcome, useMarketplace } from './support/marketplace.ts';
import { addSubject, addTutor, addUser, type Booking, call, type Tutor } from './support/people.ts';

const db = useMarketplace();
const NOW = '2026-12-01T00:00Z';
let tutor: Tutor;
let student: number;
let subject: number;
let day = 0;

beforeAll(() =>
  db.session(async (s) => {
    [tutor, student, subject] = [await addTutor(s), await addUser(s), await addSubject(s)];
  }),
);

async function agreed(): Promise<Booking> {
  day += 1;
  const at = (hour: number): string => new Date(Date.UTC(2027, 0, day, hour)).toISOString();
  const lesson = { p_tutor_profile_id: tutor.id, p_subject_id: subject, p_start_time: at(10), p_end_time: at(11) };
  const { id } = await as(db, student, (s) => call(s, 'create_booking', { ...lesson, p_now: NOW }));
  return as(db, tutor.userId, (s) => call(s, 'accept_booking', { p_booking_id: id, p_now: NOW }));
}
const job = (procedure: string, args: Readonly<Record<string, unknown>>): Promise<{ readonly id: number }> =>
  as(db, 'system', (s) => call(s, procedure, args));
const pay = (b: Booking, status: string, event: string | null, amount = b.rate_cents): Promise<{ id: number }> =>
  job('record_payment', {
    p_booking_id: b.id,
    p_amount_cents: amount,
    p_status: status,
    p_provider_event_id: event,
    p_provider_payment_id: `pi_${b.id}`,
  });
const refund = (payment: number, amount: number | null, event: string | null): Promise<{ id: number }> =>
  job('record_refund', {
    p_payment_id: payment,
    p_amount_cents: amount,
    p_reason: 'GOODWILL',
    p_provider_event_id: event,
  });
const payout = (amount: number | null, event: string | null): Promise<{ id: number }> =>
  job('record_payout', {
    p_tutor_profile_id: tutor.id,
    p_amount_cents: amount,
    p_currency: 'EUR',
    p_provider_event_id: event,
  });
const held = (b: Booking): Promise<readonly object[]> =>
  db.session((s) => s.query('SELECT type, amount_cents FROM wallet_transactions WHERE booking_id = $1', [b.id]));

async function finished(): Promise<{ readonly b: Booking; readonly payment: number }> {
  const b = await agreed();
  const { id: payment } = await pay(b, 'AUTHORIZED', `evt_${b.id}`);
  await as(db, 'system', (s) => s.query('SELECT start_sessions(1000, $1)', [b.start_time]));
  await as(db, 'system', (s) =>
    call(s, 'end_session', { p_booking_id: b.id, p_outcome: 'COMPLETED', p_now: b.end_time }),
  );
  return { b, payment };
}

test('an event without an id is refused: repeated, it would count twice', async () => {
  const { b, payment } = await finished();
  expect(await outcome(pay(b, 'CAPTURED', null))).toBe('22004');
  expect(await outcome(refund(payment, 1, null))).toBe('22004');
  expect(await outcome(payout(1, null))).toBe('22004');
});

test('an event of something else is refused, the same again is harmless', async () => {
  const [one, other] = [await finished(), await finished()];
  expect(await outcome(pay(other.b, 'CAPTURED', `evt_${one.b.id}`))).toBe('BK409');
  expect((await pay(one.b, 'AUTHORIZED', `evt_${one.b.id}`)).id).toBe(one.payment);
  const made = await refund(one.payment, 1, 're_1');
  expect(await outcome(refund(other.payment, 1, 're_1'))).toBe('BK409');
  expect((await refund(one.payment, 1, 're_1')).id).toBe(made.id);
  const paid = await payout(5, 'po_1');
  expect(await outcome(payout(6, 'po_1'))).toBe('BK409');
  expect((await payout(5, 'po_1')).id).toBe(paid.id);
});

test.each([0, -5, null, 2_147_483_647])('an amount of %s moves nothing', async (amount) => {
  const { b, payment } = await finished();
  const before = await held(b);
  expect(await outcome(refund(payment, amount, `re_${b.id}`))).toMatch(/^(23514|23502|BK008)$/);
  expect(await outcome(payout(amount, `po_${b.id}`))).toMatch(/^(23514|23502|BK008)$/);
  expect(await outcome(pay(await agreed(), 'AUTHORIZED', `evt_x${b.id}`, amount as number))).toMatch(
    /^(23514|23502|BK008)$/,
  );
  expect(await held(b)).toEqual(before);
});

test('a capture of less than the hold is all that can be refunded', async () => {
  const b = await agreed();
  await pay(b, 'AUTHORIZED', `evt_${b.id}`);
  const { id } = await pay(b, 'CAPTURED', `evt_c${b.id}`, 1000);
  expect(await outcome(refund(id, 1001, `re_${b.id}`))).toBe('BK008');
});

test('a payment captured before the lesson and given back leaves the wallets alone: nothing was earned yet', async () => {
  const b = await agreed();
  const { id } = await pay(b, 'CAPTURED', `evt_${b.id}`);
  await refund(id, b.rate_cents, `re_${b.id}`);
  expect(await held(b)).toEqual([]);
});

describe('locks', () => {
  test('a capture takes its wallets by id, so that it never waits for who follows the same order', async () => {
    // As after a refund of a lesson from before the ledger: the platform's wallet is older than the world's.
    const [platform, world] = await db.session(async (s) => {
      const made = async (kind: string): Promise<number> =>
        (await only<{ id: number }>(s.query(`SELECT wallet_for($1, NULL, 'JPY') AS id`, [kind]))).id;
      return [await made('platform'), await made('external')] as const;
    });
    const b = await agreed();
    await withSession(db.target(), (capturing) =>
      withSession(db.target(), async (other) => {
        await other.query('BEGIN');
        await other.query('SELECT FROM wallets WHERE id = $1 FOR UPDATE', [platform]);
        const captured = capturing.query(
          `SELECT book_earnings(x) FROM (SELECT (jsonb_populate_record(b, '{"currency": "JPY"}')).* FROM bookings b WHERE id = $1) AS x`,
          [b.id],
        );
        const waits = 'SELECT cardinality(pg_blocking_pids($1)) > 0 AS waits';
        while (!(await only(other.query(waits, [capturing.pid]))).waits);
        expect(
          await outcome(
            other.query(`SET LOCAL lock_timeout = '5s'; SELECT FROM wallets WHERE id = ${world} FOR UPDATE`),
          ),
        ).toBe('ok');
        await other.query('COMMIT');
        await captured;
      }),
    );
  });

  test('a review does not make bookings of the tutor wait', async () => {
    const { b } = await finished();
    await withSession(db.target(), async (reviewing: Session) => {
      await reviewing.query('BEGIN');
      await reviewing.query(`SELECT set_config('app.user_id', $1, true)`, [String(student)]);
      await reviewing.query('SET LOCAL ROLE app_user');
      await reviewing.query('SELECT submit_review($1, 5)', [b.id]);
      const refers = 'SELECT FROM tutor_profiles WHERE id = $1 FOR KEY SHARE NOWAIT';
      expect(await outcome(db.session((s) => s.query(refers, [tutor.id])))).toBe('ok');
      await reviewing.query('ROLLBACK');
    });
  });
});
