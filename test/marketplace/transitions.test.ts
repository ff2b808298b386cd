/** The three state machines against plain UPDATEs by the superuser: every pair of values, against the table in the specification. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import { only, useMarketplace, violated } from './support/marketplace.ts';
import { addSubject, addTutor, addUser } from './support/people.ts';

const db = useMarketplace();
const SESSION = ['REQUESTED', 'SCHEDULED', 'ACTIVE', 'ENDED', 'CANCELLED', 'EXPIRED'];
const OUTCOME = [null, 'COMPLETED', 'NOT_HELD', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR'];
const PAYMENT = ['PENDING', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'PARTIALLY_REFUNDED'];
const DISPUTE = ['NONE', 'OPEN', 'RESOLVED_UPHELD', 'RESOLVED_REFUNDED'];
const SESSION_MOVES = [
  'REQUESTED>SCHEDULED',
  'REQUESTED>CANCELLED',
  'REQUESTED>EXPIRED',
  'SCHEDULED>ACTIVE',
  'SCHEDULED>CANCELLED',
  'SCHEDULED>ENDED',
  'ACTIVE>ENDED',
];
const PAYMENT_MOVES = [
  'PENDING>AUTHORIZED',
  'PENDING>VOIDED',
  'AUTHORIZED>CAPTURED',
  'AUTHORIZED>VOIDED',
  'AUTHORIZED>REFUNDED',
  'CAPTURED>REFUNDED',
  'CAPTURED>PARTIALLY_REFUNDED',
  'PARTIALLY_REFUNDED>REFUNDED',
];
const DISPUTE_MOVES = ['NONE>OPEN', 'OPEN>RESOLVED_UPHELD', 'OPEN>RESOLVED_REFUNDED'];

interface State {
  readonly session: string;
  readonly outcome: string | null;
  readonly payment: string;
  readonly dispute: string;
}

let parties: readonly number[];
let week = 0;

beforeAll(() =>
  db.session(async (s) => {
    const tutor = await addTutor(s);
    parties = [tutor.id, await addUser(s), await addSubject(s)];
  }),
);

const terminal = (session: string): boolean => ['ENDED', 'CANCELLED', 'EXPIRED'].includes(session);

/** Whether the specification knows this combination at all. */
function possible({ session, outcome, dispute }: State): boolean {
  if (terminal(session) !== (outcome !== null)) return false;
  if (['CANCELLED', 'EXPIRED'].includes(session) && outcome !== 'NOT_HELD') return false;
  return dispute === 'NONE' || terminal(session);
}

const columnsOf = (state: State): Readonly<Record<string, unknown>> => ({
  session_state: state.session,
  session_outcome: state.outcome,
  payment_state: state.payment,
  dispute_state: state.dispute,
  cancelled_at: state.session === 'CANCELLED' ? '2026-01-01' : null,
  cancelled_by_role: state.session === 'CANCELLED' ? 'ADMIN' : null,
  disputed_at: state.dispute === 'NONE' ? null : '2026-01-01',
  resolved_at: state.dispute.startsWith('RESOLVED') ? '2026-01-01' : null,
});

function insert(state: State): readonly [string, readonly unknown[]] {
  week += 1;
  const columns = columnsOf(state);
  const names = Object.keys(columns);
  const start = new Date(Date.UTC(2026, 0, 1) + week * 7 * 86_400_000).toISOString();
  const sql = `INSERT INTO bookings (tutor_profile_id, student_id, subject_id, start_time, end_time, tutor_name, student_name, subject_name, rate_cents, pricing_snapshot, ${names.join(', ')})
    VALUES ($1, $2, $3, $4, $4::timestamptz + interval '1 hour', 't', 's', 'x', 0, '{}', ${names.map((_, i) => `$${i + 5}`).join(', ')}) RETURNING id`;
  return [sql, [...parties, start, ...Object.values(columns)]];
}

async function move(s: Session, from: State, to: State): Promise<string> {
  const { id } = await only<{ id: number }>(s.query(...insert(from)));
  const columns = columnsOf(to);
  const sets = Object.keys(columns).map((name, i) => `${name} = $${i + 2}`);
  const said = await violated(s, `UPDATE bookings SET ${sets.join(', ')} WHERE id = $1`, [
    id,
    ...Object.values(columns),
  ]);
  return said === 'none' ? 'allowed' : said;
}

const STATES: readonly State[] = SESSION.flatMap((session) =>
  OUTCOME.flatMap((outcome) =>
    PAYMENT.flatMap((payment) => DISPUTE.map((dispute) => ({ session, outcome, payment, dispute }))),
  ),
);

test('of all 720 combinations a row can hold exactly the possible ones', async () => {
  expect(STATES).toHaveLength(720);
  await db.session(async (s) => {
    const wrong: string[] = [];
    for (const state of STATES) {
      const taken = (await violated(s, ...insert(state))) === 'none';
      if (taken !== possible(state)) wrong.push(JSON.stringify(state));
    }
    expect(wrong).toEqual([]);
  });
});

describe('a plain UPDATE by the superuser moves', () => {
  const base: State = { session: 'ACTIVE', outcome: null, payment: 'PENDING', dispute: 'NONE' };
  const outcomesOf = (session: string): readonly (string | null)[] =>
    OUTCOME.filter((outcome) => possible({ ...base, session, outcome }));

  test('the session along the table only', () =>
    db.session(async (s) => {
      const wrong: string[] = [];
      for (const from of SESSION) {
        for (const to of SESSION.filter((state) => state !== from)) {
          for (const outcome of outcomesOf(to)) {
            const noShowOnly = `${from}>${to}` === 'SCHEDULED>ENDED' && !outcome?.startsWith('NO_SHOW');
            const expected = SESSION_MOVES.includes(`${from}>${to}`) && !noShowOnly ? 'allowed' : 'BK001';
            const got = await move(
              s,
              { ...base, session: from, outcome: terminal(from) ? 'NOT_HELD' : null },
              { ...base, session: to, outcome },
            );
            if (got !== expected) wrong.push(`${from}>${to} ${outcome}: ${got}`);
          }
        }
      }
      expect(wrong).toEqual([]);
    }));

  test('the outcome from nothing to something once', () =>
    db.session(async (s) => {
      for (const from of OUTCOME.slice(1)) {
        for (const to of OUTCOME.slice(1)) {
          const ended = { ...base, session: 'ENDED' };
          expect(await move(s, { ...ended, outcome: from }, { ...ended, outcome: to })).toBe(
            from === to ? 'allowed' : 'BK001',
          );
        }
      }
    }));

  test('the payment along the table only', () =>
    db.session(async (s) => {
      for (const from of PAYMENT) {
        for (const to of PAYMENT) {
          const expected = from === to || PAYMENT_MOVES.includes(`${from}>${to}`) ? 'allowed' : 'BK001';
          expect(await move(s, { ...base, payment: from }, { ...base, payment: to }), `${from}>${to}`).toBe(expected);
        }
      }
    }));

  test('the dispute along the table only', () =>
    db.session(async (s) => {
      const ended = { ...base, session: 'ENDED', outcome: 'COMPLETED' };
      for (const from of DISPUTE) {
        for (const to of DISPUTE) {
          const expected = from === to || DISPUTE_MOVES.includes(`${from}>${to}`) ? 'allowed' : 'BK001';
          expect(await move(s, { ...ended, dispute: from }, { ...ended, dispute: to }), `${from}>${to}`).toBe(expected);
        }
      }
    }));
});

/** Every pair of possible states by one UPDATE each, in the server: a statement a pair from here would take a minute. */
const ALL_PAIRS = `
  DO $$
  DECLARE
    f record;
    t record;
    said text;
  BEGIN
    FOR f IN SELECT * FROM state LOOP
      FOR t IN SELECT * FROM state LOOP
        BEGIN
          UPDATE bookings SET session_state = t.session, session_outcome = t.outcome, payment_state = t.payment, dispute_state = t.dispute,
            cancelled_at = t.cancelled_at, cancelled_by_role = t.cancelled_by_role, disputed_at = t.disputed_at, resolved_at = t.resolved_at WHERE id = f.id;
          RAISE EXCEPTION USING ERRCODE = 'YES00';
        EXCEPTION WHEN OTHERS THEN
          said := SQLSTATE;
        END;
        INSERT INTO said VALUES (f.at, t.at, said);
      END LOOP;
    END LOOP;
  END $$`;

test('every pair of the 162 possible states: exactly what each field allows by itself, and a terminal row keeps its outcome', () =>
  db.session(async (s) => {
    const states = STATES.filter(possible);
    await s.batch(`BEGIN; CREATE TEMPORARY TABLE said (f int, t int, code text); CREATE TEMPORARY TABLE state (at int, id int, session text, outcome text,
      payment text, dispute text, cancelled_at timestamptz, cancelled_by_role text, disputed_at timestamptz, resolved_at timestamptz)`);
    try {
      for (const [at, state] of states.entries()) {
        const { id } = await only<{ id: number }>(s.query(...insert(state)));
        const row = [at, id, ...Object.values(columnsOf(state))];
        await s.query(`INSERT INTO state VALUES (${row.map((_, i) => `$${i + 1}`).join(', ')})`, row);
      }
      await s.batch(ALL_PAIRS);
      const said = await s.query<{ f: number; t: number; code: string }>('SELECT * FROM said');
      expect(said).toHaveLength(162 * 162);
      const wrong = said.filter(
        ({ f, t, code }) => (code === 'YES00') !== mayMove(states[f] as State, states[t] as State),
      );
      expect(wrong.map(({ f, t, code }) => [states[f], states[t], code])).toEqual([]);
      expect(new Set(said.map(({ code }) => code))).toEqual(new Set(['YES00', 'BK001']));
    } finally {
      await s.query('ROLLBACK');
    }
  }));

function mayMove(from: State, to: State): boolean {
  const along = (moves: readonly string[], a: string, b: string): boolean => a === b || moves.includes(`${a}>${b}`);
  if (from.session === 'SCHEDULED' && to.session === 'ENDED' && !to.outcome?.startsWith('NO_SHOW')) return false;
  if (from.outcome !== null && from.outcome !== to.outcome) return false;
  return (
    along(SESSION_MOVES, from.session, to.session) &&
    along(PAYMENT_MOVES, from.payment, to.payment) &&
    along(DISPUTE_MOVES, from.dispute, to.dispute)
  );
}

describe('what was agreed', () => {
  const agreed: State = { session: 'SCHEDULED', outcome: null, payment: 'AUTHORIZED', dispute: 'NONE' };

  test.each([
    ['tutor_profile_id = tutor_profile_id + 1'],
    ['student_id = student_id + 1'],
    ['rate_cents = 100, tutor_earnings_cents = 80, platform_fee_cents = 20'],
    [`currency = 'JPY'`],
    [`pricing_snapshot = '{"a":1}'`],
    [`subject_name = 'y'`],
    [`student_name = 'somebody else'`],
    [`created_at = now() + interval '1 day'`],
    [`session_state = 'ACTIVE', end_time = end_time + interval '1 hour'`],
  ])('refuses %s', (change) =>
    db.session(async (s) => {
      const { id } = await only<{ id: number }>(s.query(...insert(agreed)));
      expect(await violated(s, `UPDATE bookings SET ${change} WHERE id = $1`, [id])).toBe('BK001');
    }),
  );

  test('allows a tombstone for a name, and moving the time', () =>
    db.session(async (s) => {
      const { id } = await only<{ id: number }>(s.query(...insert(agreed)));
      expect(await violated(s, `UPDATE bookings SET student_name = '[deleted]' WHERE id = $1`, [id])).toBe('none');
      expect(await violated(s, `UPDATE bookings SET end_time = end_time + interval '1 hour' WHERE id = $1`, [id])).toBe(
        'none',
      );
    }));

  test('the version grows by one with a change, cannot be written, and stands still without one', () =>
    db.session(async (s) => {
      const { id } = await only<{ id: number }>(s.query(...insert(agreed)));
      const version = async (set: string): Promise<unknown> =>
        (await only(s.query(`UPDATE bookings SET ${set} WHERE id = $1 RETURNING version`, [id]))).version;
      expect(await version(`join_url = 'https://example.org/1'`)).toBe(2);
      expect(await version(`join_url = 'https://example.org/1'`)).toBe(2);
      expect(await version('version = 70')).toBe(2);
      expect(await version(`version = 70, session_state = 'ACTIVE'`)).toBe(3);
    }));

  test('the log takes no change back', () =>
    db.session(async (s) => {
      const { id } = await only<{ id: number }>(s.query(...insert(agreed)));
      expect(await violated(s, `UPDATE booking_transitions SET action = 'accept' WHERE booking_id = $1`, [id])).toBe(
        '23001',
      );
      expect(await violated(s, 'DELETE FROM booking_transitions WHERE booking_id = $1', [id])).toBe('23001');
    }));
});
