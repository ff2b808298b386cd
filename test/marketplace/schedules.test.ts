/**
 * Two clients on one booking, in every order in which their steps can meet: whatever the order, both hear and leave what one after the
 * other would have. A step that has to wait for a lock is recognised by pg_blocking_pids, and the other client goes on.
 */
import { beforeAll, expect, test } from 'vitest';
import { type Session, withSession } from '../../src/pg/pool.ts';
import { ServerError } from '../../src/pg/server-error.ts';
import { actingAs, only, useMarketplace } from './support/marketplace.ts';
import { addPackage, addSubject, addTutor, addUser, call, type Tutor } from './support/people.ts';

const db = useMarketplace();
const NOW = '2026-12-01T00:00Z';
let subject: number;
let tutor: Tutor;
let student: number;
let day = 0;

beforeAll(() =>
  db.session(async (s) => {
    subject = await addSubject(s);
    tutor = await addTutor(s);
    student = await addUser(s);
  }),
);

interface Action {
  readonly actor: () => number | 'system';
  /** `b`: the booking; `to`: a free slot, as two literals. */
  readonly sql: (b: number, to: string) => string;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  accept: { actor: () => tutor.userId, sql: (b) => `SELECT FROM accept_booking(${b}, p_now => '${NOW}')` },
  decline: { actor: () => tutor.userId, sql: (b) => `SELECT FROM decline_booking(${b}, p_now => '${NOW}')` },
  cancel: { actor: () => student, sql: (b) => `SELECT FROM cancel_booking(${b}, p_now => '${NOW}')` },
  reschedule: {
    actor: () => student,
    sql: (b, to) => `SELECT FROM reschedule_booking(${b}, ${to}, p_now => '${NOW}')`,
  },
  expire: {
    actor: () => 'system',
    sql: () => `SELECT FROM expire_bookings(1000, timestamptz '${NOW}' + interval '25 hours')`,
  },
};

/** expire_bookings skips what somebody holds and comes back a minute later: then it was not there. */
const NOTHING: Action = { actor: () => 'system', sql: () => 'SELECT' };

/** Each client has two steps: begin and act, then commit. */
const ORDERS = ['aabb', 'abab', 'abba', 'baab', 'baba', 'bbaa'];

interface Client {
  readonly s: Session;
  readonly sql: string;
  readonly actor: number | 'system';
  answer: Promise<string> | null;
  settled: boolean;
}

function act(client: Client): void {
  const { s, actor, sql } = client;
  const role = actor === 'system' ? 'app_system' : 'app_user';
  const run = s.batch(
    `BEGIN; SET LOCAL ROLE ${role}; SELECT set_config('app.user_id', '${actor === 'system' ? '' : actor}', true); ${sql}`,
  );
  client.answer = run.then(
    () => 'ok',
    (thrown: unknown) => {
      if (thrown instanceof ServerError) return thrown.sqlstate;
      throw thrown;
    },
  );
  client.answer.then(
    () => Object.assign(client, { settled: true }),
    () => undefined,
  );
}

/** Until the statement is done or waits for a lock. */
async function settle(client: Client, observer: Session): Promise<void> {
  while (!client.settled) {
    const { waits } = await only<{ waits: boolean }>(
      observer.query('SELECT cardinality(pg_blocking_pids($1)) > 0 AS waits', [client.s.pid]),
    );
    if (waits) return;
  }
}

async function commit({ s, answer }: Client): Promise<string> {
  const got = (await answer) ?? 'not begun';
  await s.query(got === 'ok' ? 'COMMIT' : 'ROLLBACK');
  return got;
}

/** What the two hear and what is left, as text. */
async function play(first: Action, second: Action, order: string): Promise<string> {
  day += 2;
  const at = (hour: number, days = 0): string => new Date(Date.UTC(2027, 0, day + days, hour)).toISOString();
  const pack = await db.session((s) => addPackage(s, student, tutor));
  const lesson = {
    p_tutor_profile_id: tutor.id,
    p_subject_id: subject,
    p_package_id: pack,
    p_start_time: at(10),
    p_end_time: at(11),
    p_now: NOW,
  };
  const { id } = await db.session((s) => actingAs(s, student, () => call(s, 'create_booking', lesson)));
  const to = `'${at(10, 1)}', '${at(11, 1)}'`;
  const heard = await withSession(db.target(), (observer) =>
    withSession(db.target(), (one) =>
      withSession(db.target(), async (two) => {
        const client = (s: Session, action: Action): Client => ({
          s,
          sql: action.sql(id, to),
          actor: action.actor(),
          answer: null,
          settled: false,
        });
        const clients = { a: client(one, first), b: client(two, second) };
        const answers: Record<string, string> = {};
        const waiting: ('a' | 'b')[] = [];
        for (const who of order as unknown as Iterable<'a' | 'b'>) {
          const c = clients[who];
          if (c.answer === null) act(c);
          await settle(c, observer);
          const isCommit = answers[`${who} began`] !== undefined;
          answers[`${who} began`] = 'yes';
          if (!isCommit) continue;
          if (c.settled) answers[who] = await commit(c);
          else waiting.push(who);
        }
        for (const who of waiting) answers[who] = await commit(clients[who]);
        return `${answers.a} ${answers.b}`;
      }),
    ),
  );
  const left = await db.session((s) =>
    only(
      s.query(
        `SELECT concat_ws(' ', session_state, payment_state, 'version', b.version, 'moved', start_time <> $2, 'credits', sessions_remaining, 'log',
           (SELECT string_agg(action, ',' ORDER BY booking_version) FROM booking_transitions t WHERE t.booking_id = b.id)) AS text
         FROM bookings b JOIN student_packages p ON p.id = b.package_id WHERE b.id = $1`,
        [id, at(10)],
      ),
    ),
  );
  return `${heard} → ${String(left.text)}`;
}

const names = Object.keys(ACTIONS);
const pairs = names.flatMap((a, i) => names.slice(i).map((b) => [a, b] as const));

test.each(pairs)(
  '%s and %s',
  async (a, b) => {
    const [first, second] = [ACTIONS[a], ACTIONS[b]];
    if (!first || !second) throw new Error('unknown action');
    const serial = [await play(first, second, 'aabb'), await play(first, second, 'bbaa')];
    if (b === 'expire') serial.push(await play(first, NOTHING, 'aabb'));
    for (const order of ORDERS) expect(serial, order).toContain(await play(first, second, order));
  },
  30_000,
);
