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

const ACTIONS: readonly Action[] = [
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
  resolve('UPHELD', 'NULL', ({ payment }) => payment),
  resolve('REFUNDED', 'NULL', () => 'REFUNDED'),
  resolve('REFUNDED', '40', () => 'PARTIALLY_REFUNDED'),
];

const SYSTEM_MAY = ['end_session'];
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
      `INSERT INTO bookings (tutor_profile_id, student_id, subject_id, start_time, end_time, tutor_name, student_name, subject_name, rate_cents,
         platform_fee_cents, tutor_earnings_cents, session_state, session_outcome, payment_state, dispute_state,
         cancelled_at, cancelled_by_role, disputed_at, resolved_at)
       VALUES ($1, $2, $3, $4, $5, 't', 's', 'x', 100, 20, 80, $6::varchar, $7, $8, $9::varchar, CASE WHEN $6 = 'CANCELLED' THEN now() END,
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
       SELECT session_state AS session, session_outcome AS outcome, payment_state AS payment, dispute_state AS dispute FROM ${call}`,
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
