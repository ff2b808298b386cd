/**
 * Every procedure in every state a booking can be in, by every kind of actor, against a model that is simpler than the SQL:
 * it knows the specification's sentences, not locks, rows or triggers.
 */
import { beforeAll, expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import { ServerError } from '../../src/pg/server-error.ts';
import { only, useMarketplace } from './support/marketplace.ts';
import { addSubject, addTutor, addUser, type Tutor } from './support/people.ts';

const db = useMarketplace();
const START = Date.parse('2026-06-10T10:00:00Z');
const at = (hours: number): string => new Date(START + hours * 3_600_000).toISOString();

type Party = 'STUDENT' | 'TUTOR' | 'ADMIN' | 'SYSTEM' | 'STRANGER' | 'NOBODY';
const PARTIES: readonly Party[] = ['STUDENT', 'TUTOR', 'ADMIN', 'SYSTEM', 'STRANGER', 'NOBODY'];

interface State {
  readonly session: string;
  readonly outcome: string | null;
  readonly payment: string;
  readonly dispute: string;
}

interface Action {
  readonly name: string;
  readonly call: string;
  readonly by: readonly Party[];
  /** What must be there besides the booking. */
  readonly given?: (state: State, id: number) => string;
  /** The state it leads to, or the SQLSTATE it is refused with; for a party that may ask. */
  readonly expect: (state: State, party: Party) => State | string;
}

const ended = ({ payment, ...rest }: State, outcome: string): State => {
  const next = { NO_SHOW_TUTOR: 'REFUNDED', NOT_HELD: 'VOIDED' }[outcome] ?? 'CAPTURED';
  return { ...rest, session: 'ENDED', outcome, payment: next };
};
const cancelled = (state: State, payment: string): State => ({
  ...state,
  session: 'CANCELLED',
  outcome: 'NOT_HELD',
  payment,
});
const is = (state: State, session: string, payment: string): boolean =>
  state.session === session && state.payment === payment;
const contest = (state: State): State | string =>
  state.outcome === null || state.dispute !== 'NONE' || ['VOIDED', 'REFUNDED'].includes(state.payment)
    ? 'BK001'
    : { ...state, dispute: 'OPEN' };

const cancel =
  (late: boolean) =>
  (state: State, party: Party): State | string => {
    if (state.session === 'CANCELLED') return state;
    if (is(state, 'REQUESTED', 'PENDING')) return cancelled(state, 'VOIDED');
    if (is(state, 'SCHEDULED', 'AUTHORIZED'))
      return cancelled(state, late && party === 'STUDENT' ? 'CAPTURED' : 'VOIDED');
    return 'BK001';
  };

const end = (outcome: string): Action => ({
  name: `end ${outcome}`,
  call: `end_session(id, '${outcome}', p_now => '${at(2)}')`,
  by: ['TUTOR', 'ADMIN', 'SYSTEM'],
  expect: (state) => {
    if (state.session === 'ENDED' && state.outcome === outcome) return state;
    return is(state, 'ACTIVE', 'AUTHORIZED') ? ended(state, outcome) : 'BK001';
  },
});

const resolve = (to: 'UPHELD' | 'REFUNDED', cents: string, payment: (state: State) => string): Action => ({
  name: `resolve ${to} ${cents}`,
  call: `resolve_dispute(id, '${to}', ${cents}, p_now => '${at(48)}')`,
  by: ['ADMIN'],
  expect: (state) => {
    if (state.dispute === `RESOLVED_${to}`) return state;
    if (state.dispute !== 'OPEN') return 'BK001';
    if (to === 'REFUNDED' && !['CAPTURED', 'PARTIALLY_REFUNDED'].includes(state.payment)) return 'BK001';
    return { ...state, dispute: `RESOLVED_${to}`, payment: payment(state) };
  },
});

const afterwards = (state: State): State | string => (state.outcome === 'COMPLETED' ? state : 'BK001');
const SYSTEM: readonly Party[] = ['SYSTEM'];

/** Of the payment that belongs to the state: 100, of which 40 went back where some did; its id is the booking's. */
const paid = ({ payment }: State, id: number): string => {
  if (!['AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED'].includes(payment)) return '';
  const back = payment === 'PARTIALLY_REFUNDED' ? 40 : 0;
  const captured = payment === 'AUTHORIZED' ? 'NULL' : 'now()';
  return `INSERT INTO payments (id, booking_id, student_id, amount_cents, refunded_cents, currency, status, authorized_at, captured_at)
    SELECT ${id}, id, student_id, 100, ${back}, currency, '${payment}', now(), ${captured} FROM bookings WHERE id = ${id}`;
};

const refund = (cents: number): Action => ({
  name: `refund of ${cents}`,
  call: `record_refund(id, ${cents}, 'GOODWILL', 'evt_refund', p_now => '${at(48)}')`,
  by: SYSTEM,
  given: paid,
  expect: (state) => {
    if (!['AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED'].includes(state.payment)) return 'BK404';
    if (state.payment === 'AUTHORIZED') return 'BK001';
    const all = state.payment === 'PARTIALLY_REFUNDED' && cents === 60;
    return { ...state, payment: all ? 'REFUNDED' : 'PARTIALLY_REFUNDED' };
  },
});

const JOBS: readonly Action[] = [
  {
    name: 'expire',
    call: `expire_bookings(p_now => '${at(1)}')`,
    by: SYSTEM,
    expect: (state) =>
      is(state, 'REQUESTED', 'PENDING') ? { ...cancelled(state, 'VOIDED'), session: 'EXPIRED' } : state,
  },
  {
    name: 'start',
    call: `start_sessions(p_now => '${at(0)}')`,
    by: SYSTEM,
    expect: (state) => (state.session === 'SCHEDULED' ? { ...state, session: 'ACTIVE' } : state),
  },
  {
    name: 'capture',
    call: `record_payment(id, 100, 'CAPTURED', 'evt_capture', 'pi_capture', p_now => '${at(48)}')`,
    by: SYSTEM,
    expect: (state) => {
      if (['VOIDED', 'REFUNDED'].includes(state.payment)) return 'BK001';
      return state.outcome !== null && state.payment === 'AUTHORIZED' ? { ...state, payment: 'CAPTURED' } : state;
    },
  },
  refund(40),
  refund(60),
];

const ACTIONS: readonly Action[] = [
  ...JOBS,
  {
    name: 'accept',
    call: `accept_booking(id, p_now => '${at(-48)}')`,
    by: ['TUTOR'],
    expect: (state) => {
      if (is(state, 'SCHEDULED', 'AUTHORIZED')) return state;
      return is(state, 'REQUESTED', 'PENDING') ? { ...state, session: 'SCHEDULED', payment: 'AUTHORIZED' } : 'BK001';
    },
  },
  {
    name: 'decline',
    call: `decline_booking(id, p_now => '${at(-48)}')`,
    by: ['TUTOR'],
    expect: (state) => {
      if (is(state, 'CANCELLED', 'VOIDED')) return state;
      return is(state, 'REQUESTED', 'PENDING') ? cancelled(state, 'VOIDED') : 'BK001';
    },
  },
  {
    name: 'cancel early',
    call: `cancel_booking(id, p_now => '${at(-24)}')`,
    by: ['STUDENT', 'TUTOR', 'ADMIN'],
    expect: cancel(false),
  },
  {
    name: 'cancel late',
    call: `cancel_booking(id, p_now => '${at(-23)}')`,
    by: ['STUDENT', 'TUTOR', 'ADMIN'],
    expect: cancel(true),
  },
  end('COMPLETED'),
  end('NOT_HELD'),
  end('NO_SHOW_STUDENT'),
  end('NO_SHOW_TUTOR'),
  {
    name: 'no-show',
    call: `mark_no_show(id, p_now => '${at(0.5)}')`,
    by: ['STUDENT', 'TUTOR'],
    expect: (state, party) => {
      const absent = party === 'STUDENT' ? 'NO_SHOW_TUTOR' : 'NO_SHOW_STUDENT';
      if (state.session === 'ENDED')
        return state.outcome === absent || state.dispute === 'OPEN' ? state : contest(state);
      return is(state, 'SCHEDULED', 'AUTHORIZED') || is(state, 'ACTIVE', 'AUTHORIZED') ? ended(state, absent) : 'BK001';
    },
  },
  {
    name: 'reschedule',
    call: `reschedule_booking(id, '${at(3)}', '${at(4)}', p_now => '${at(-48)}')`,
    by: ['STUDENT', 'TUTOR'],
    expect: (state) => (['REQUESTED', 'SCHEDULED'].includes(state.session) ? state : 'BK001'),
  },
  {
    name: 'open dispute',
    call: `open_dispute(id, 'why', p_now => '${at(2)}')`,
    by: ['STUDENT', 'TUTOR'],
    expect: (state) => (state.dispute === 'OPEN' ? state : contest(state)),
  },
  { name: 'review', call: 'submit_review(id, 5)', by: ['STUDENT'], expect: afterwards },
  { name: 'log', call: `log_lesson(id, 't', p_now => '${at(2)}')`, by: ['TUTOR'], expect: afterwards },
  resolve('UPHELD', 'NULL', ({ payment }) => payment),
  resolve('REFUNDED', 'NULL', () => 'REFUNDED'),
  resolve('REFUNDED', '40', () => 'PARTIALLY_REFUNDED'),
];

const SYSTEM_MAY = ['end_session', ...JOBS.map(({ call }) => call.split('(', 1)[0] ?? '')];
const PAYMENTS = ['PENDING', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'PARTIALLY_REFUNDED'];
const DISPUTES = ['NONE', 'OPEN', 'RESOLVED_UPHELD', 'RESOLVED_REFUNDED'];
const STATES: readonly State[] = [
  ...['REQUESTED', 'SCHEDULED', 'ACTIVE'].flatMap((session) =>
    PAYMENTS.map((payment) => ({ session, outcome: null, payment, dispute: 'NONE' })),
  ),
  ...[
    ['CANCELLED', 'NOT_HELD'],
    ['EXPIRED', 'NOT_HELD'],
    ...['COMPLETED', 'NOT_HELD', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR'].map((outcome) => ['ENDED', outcome]),
  ].flatMap(([session = '', outcome = '']) =>
    PAYMENTS.flatMap((payment) => DISPUTES.map((dispute) => ({ session, outcome, payment, dispute }))),
  ),
];

let tutor: Tutor;
let student: number;
let subject: number;
let ids: Readonly<Record<Party, number | null>>;

beforeAll(() =>
  db.session(async (s) => {
    tutor = await addTutor(s);
    student = await addUser(s);
    subject = await addSubject(s);
    ids = {
      STUDENT: student,
      TUTOR: tutor.userId,
      ADMIN: await addUser(s, 'admin'),
      STRANGER: await addUser(s),
      SYSTEM: null,
      NOBODY: null,
    };
  }),
);

async function put(s: Session, state: State): Promise<number> {
  const { id } = await only<{ id: number }>(
    s.query(
      `INSERT INTO bookings (tutor_profile_id, student_id, subject_id, start_time, end_time, tutor_name, student_name, subject_name, rate_cents, pricing_snapshot,
         platform_fee_cents, tutor_earnings_cents, session_state, session_outcome, payment_state, dispute_state,
         cancelled_at, cancelled_by_role, disputed_at, resolved_at)
       VALUES ($1, $2, $3, $4, $5, 't', 's', 'x', 100, '{}', 20, 80, $6::varchar, $7, $8, $9::varchar, CASE WHEN $6 = 'CANCELLED' THEN now() END,
         CASE WHEN $6 = 'CANCELLED' THEN 'SYSTEM' END, CASE WHEN $9 <> 'NONE' THEN now() END, CASE WHEN $9 LIKE 'RES%' THEN now() END)
       RETURNING id`,
      [tutor.id, student, subject, at(0), at(1), state.session, state.outcome, state.payment, state.dispute],
    ),
  );
  return id;
}

async function perform(s: Session, id: number, action: Action, party: Party): Promise<State | string> {
  const role = party === 'SYSTEM' ? 'app_system' : 'app_user';
  const call = action.call.replace('(id', `(${id}`);
  try {
    const results = await s.batch(
      `SAVEPOINT here; SET LOCAL ROLE ${role}; SELECT set_config('app.user_id', '${ids[party] ?? ''}', true);
       SELECT FROM ${call}; RESET ROLE;
       SELECT session_state AS session, session_outcome AS outcome, payment_state AS payment, dispute_state AS dispute FROM bookings WHERE id = ${id}`,
    );
    return results.at(-1)?.rows[0] as unknown as State;
  } catch (thrown) {
    if (thrown instanceof ServerError) return thrown.sqlstate;
    throw thrown;
  } finally {
    await s.query('ROLLBACK TO here');
  }
}

function expected(action: Action, state: State, party: Party): State | string {
  if (action.by === SYSTEM && party !== 'SYSTEM') return '42501';
  if (party === 'SYSTEM' && !SYSTEM_MAY.some((name) => action.call.startsWith(name))) return '42501';
  if (party === 'STRANGER') return 'BK404';
  if (!action.by.includes(party)) return 'BK002';
  return action.expect(state, party);
}

test.each(ACTIONS)('$name', (action) =>
  db.session(async (s) => {
    const wrong: string[] = [];
    expect(STATES).toHaveLength(162);
    for (const state of STATES) {
      await s.query('BEGIN');
      const id = await put(s, state);
      await s.batch(action.given?.(state, id) ?? '');
      for (const party of PARTIES) {
        const got = JSON.stringify(await perform(s, id, action, party));
        const want = expected(action, state, party);
        const wanted = JSON.stringify(
          typeof want === 'string'
            ? want
            : { session: want.session, outcome: want.outcome, payment: want.payment, dispute: want.dispute },
        );
        if (got !== wanted) wrong.push(`${party} in ${JSON.stringify(state)}: ${got} instead of ${wanted}`);
      }
      await s.query('ROLLBACK');
    }
    expect(wrong).toEqual([]);
  }),
);

test('from a new request the procedures reach these states and no other', () => {
  const key = ({ session, outcome, payment, dispute }: State): string =>
    [session, outcome, payment, dispute].filter(Boolean).join(' ');
  const first: State = { session: 'REQUESTED', outcome: null, payment: 'PENDING', dispute: 'NONE' };
  const reached = new Map([[key(first), first]]);
  for (const state of reached.values()) {
    for (const action of ACTIONS) {
      for (const party of action.by) {
        const next = expected(action, state, party);
        if (typeof next !== 'string') reached.set(key(next), next);
      }
    }
  }
  expect([...reached.keys()].sort()).toMatchInlineSnapshot(`
    [
      "ACTIVE AUTHORIZED NONE",
      "CANCELLED NOT_HELD CAPTURED NONE",
      "CANCELLED NOT_HELD CAPTURED OPEN",
      "CANCELLED NOT_HELD CAPTURED RESOLVED_UPHELD",
      "CANCELLED NOT_HELD PARTIALLY_REFUNDED NONE",
      "CANCELLED NOT_HELD PARTIALLY_REFUNDED OPEN",
      "CANCELLED NOT_HELD PARTIALLY_REFUNDED RESOLVED_REFUNDED",
      "CANCELLED NOT_HELD PARTIALLY_REFUNDED RESOLVED_UPHELD",
      "CANCELLED NOT_HELD REFUNDED NONE",
      "CANCELLED NOT_HELD REFUNDED OPEN",
      "CANCELLED NOT_HELD REFUNDED RESOLVED_REFUNDED",
      "CANCELLED NOT_HELD REFUNDED RESOLVED_UPHELD",
      "CANCELLED NOT_HELD VOIDED NONE",
      "ENDED COMPLETED CAPTURED NONE",
      "ENDED COMPLETED CAPTURED OPEN",
      "ENDED COMPLETED CAPTURED RESOLVED_UPHELD",
      "ENDED COMPLETED PARTIALLY_REFUNDED NONE",
      "ENDED COMPLETED PARTIALLY_REFUNDED OPEN",
      "ENDED COMPLETED PARTIALLY_REFUNDED RESOLVED_REFUNDED",
      "ENDED COMPLETED PARTIALLY_REFUNDED RESOLVED_UPHELD",
      "ENDED COMPLETED REFUNDED NONE",
      "ENDED COMPLETED REFUNDED OPEN",
      "ENDED COMPLETED REFUNDED RESOLVED_REFUNDED",
      "ENDED COMPLETED REFUNDED RESOLVED_UPHELD",
      "ENDED NOT_HELD VOIDED NONE",
      "ENDED NO_SHOW_STUDENT CAPTURED NONE",
      "ENDED NO_SHOW_STUDENT CAPTURED OPEN",
      "ENDED NO_SHOW_STUDENT CAPTURED RESOLVED_UPHELD",
      "ENDED NO_SHOW_STUDENT PARTIALLY_REFUNDED NONE",
      "ENDED NO_SHOW_STUDENT PARTIALLY_REFUNDED OPEN",
      "ENDED NO_SHOW_STUDENT PARTIALLY_REFUNDED RESOLVED_REFUNDED",
      "ENDED NO_SHOW_STUDENT PARTIALLY_REFUNDED RESOLVED_UPHELD",
      "ENDED NO_SHOW_STUDENT REFUNDED NONE",
      "ENDED NO_SHOW_STUDENT REFUNDED OPEN",
      "ENDED NO_SHOW_STUDENT REFUNDED RESOLVED_REFUNDED",
      "ENDED NO_SHOW_STUDENT REFUNDED RESOLVED_UPHELD",
      "ENDED NO_SHOW_TUTOR REFUNDED NONE",
      "EXPIRED NOT_HELD VOIDED NONE",
      "REQUESTED PENDING NONE",
      "SCHEDULED AUTHORIZED NONE",
    ]
  `);
});
