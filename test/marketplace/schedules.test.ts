/**
 * Two and three clients on one booking, in every order in which their steps can meet: whatever the order, all hear and leave what some
 * order of one after the other would have. A step that has to wait for a lock is recognised by pg_blocking_pids, and the others go on.
 *
 * Each client has two steps, act (A, B, C) and commit (a, b, c). Two kinds of order are not played, and a test proves for some that
 * nothing is lost: clients that do the same change places (they are equal: same actor, same statement), and commits that follow
 * each other are played in one order (at most one client holds the booking, so at most one of them has anything to show).
 */
import { beforeAll, describe, expect, test } from 'vitest';
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

const ACTIONS = {
  accept: { actor: () => tutor.userId, sql: (b) => `SELECT FROM accept_booking(${b}, p_now => '${NOW}')` },
  cancel: { actor: () => student, sql: (b) => `SELECT FROM cancel_booking(${b}, p_now => '${NOW}')` },
  reschedule: {
    actor: () => student,
    sql: (b, to) => `SELECT FROM reschedule_booking(${b}, ${to}, p_now => '${NOW}')`,
  },
  decline: { actor: () => tutor.userId, sql: (b) => `SELECT FROM decline_booking(${b}, p_now => '${NOW}')` },
  expire: {
    actor: () => 'system',
    sql: () => `SELECT FROM expire_bookings(1000, timestamptz '${NOW}' + interval '25 hours')`,
  },
} as const satisfies Readonly<Record<string, Action>>;
type Name = keyof typeof ACTIONS;
const NAMES = Object.keys(ACTIONS) as readonly Name[];
/** The four that the three clients take: declining ends a request as cancelling does, by the tutor. */
const FOUR: readonly Name[] = ['accept', 'cancel', 'reschedule', 'expire'];

/** All orders of the steps of clients `a`, `b`, … that are not one of another by the two rules above. */
function ordersOf(names: readonly Name[], rules: 'reduced' | 'all' = 'reduced'): readonly string[] {
  const grow = (order: string): readonly string[] => {
    if (order.length === 2 * names.length) return [order];
    return [...'abc'.slice(0, names.length)].flatMap((who, i) => {
      const acted = order.includes(who.toUpperCase());
      const step = acted ? who : who.toUpperCase();
      if (order.includes(step)) return [];
      const last = order.at(-1) ?? '';
      if (rules === 'reduced' && acted && last >= 'a' && last > step) return [];
      // The first of equal clients acts first.
      const equal = names.findIndex((name, j) => j < i && name === names[i] && !order.includes('ABC'.charAt(j)));
      if (rules === 'reduced' && !acted && equal >= 0) return [];
      return grow(order + step);
    });
  };
  return grow('');
}

interface Client {
  readonly s: Session;
  readonly sql: string;
  readonly actor: number | 'system';
  answer: Promise<string> | null;
  settled: boolean;
  heard: string | null;
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

async function commit(client: Client): Promise<void> {
  const got = (await client.answer) ?? 'not begun';
  await client.s.query(got === 'ok' ? 'COMMIT' : 'ROLLBACK');
  client.heard = got;
}

/** Those whose commit is due commit as soon as their statement is done. */
async function commitDue(due: Client[], observer: Session): Promise<void> {
  for (const client of [...due]) {
    await settle(client, observer);
    if (!client.settled) continue;
    due.splice(due.indexOf(client), 1);
    await commit(client);
    return commitDue(due, observer);
  }
}

async function run(order: string, clients: readonly Client[], observer: Session): Promise<void> {
  const due: Client[] = [];
  for (const step of order) {
    const client = clients['abc'.indexOf(step.toLowerCase())] as Client;
    if (step < 'a') {
      act(client);
      await settle(client, observer);
    } else {
      due.push(client);
      await commitDue(due, observer);
    }
  }
  while (due.length > 0) await commitDue(due, observer);
}

/** A request paid with a package, and a free slot to move it to. */
async function newBooking(s: Session): Promise<{ readonly id: number; readonly at: string; readonly to: string }> {
  day += 2;
  const at = (hour: number, days = 0): string => new Date(Date.UTC(2027, 0, day + days, hour)).toISOString();
  const pack = await addPackage(s, student, tutor);
  const lesson = {
    p_tutor_profile_id: tutor.id,
    p_subject_id: subject,
    p_package_id: pack,
    p_start_time: at(10),
    p_end_time: at(11),
    p_now: NOW,
  };
  const { id } = await actingAs(s, student, () => call(s, 'create_booking', lesson));
  return { id, at: at(10), to: `'${at(10, 1)}', '${at(11, 1)}'` };
}

interface Played {
  readonly heard: readonly string[];
  readonly left: string;
}

/** What each hears and what is left. The first session observes, the others are the clients'. */
async function play(
  names: readonly Name[],
  order: string,
  [observer, ...sessions]: readonly Session[],
): Promise<Played> {
  if (!observer) throw new Error('nobody observes');
  const { id, at, to } = await newBooking(observer);
  const clients = names.map((name, i): Client => {
    const { actor, sql } = ACTIONS[name];
    return { s: sessions[i] as Session, sql: sql(id, to), actor: actor(), answer: null, settled: false, heard: null };
  });
  await run(order, clients, observer);
  const { text } = await only<{ text: string }>(
    observer.query(
      `SELECT concat_ws(' ', session_state, payment_state, 'version', b.version, 'moved', start_time <> $2, 'credits', sessions_remaining, 'log',
         (SELECT string_agg(action, ',' ORDER BY booking_version) FROM booking_transitions t WHERE t.booking_id = b.id)) AS text
       FROM bookings b JOIN student_packages p ON p.id = b.package_id WHERE b.id = $1`,
      [id, at],
    ),
  );
  return { heard: clients.map(({ heard }) => heard ?? 'nothing'), left: text };
}

const textOf = ({ heard, left }: Played): string => `${heard.join(' ')} → ${left}`;
const withSessions = <T>(
  count: number,
  work: (all: readonly Session[]) => Promise<T>,
  all: readonly Session[] = [],
): Promise<T> =>
  all.length === count ? work(all) : withSession(db.target(), (s) => withSessions(count, work, [...all, s]));

const permutations = (list: readonly number[]): readonly (readonly number[])[] =>
  list.length === 0
    ? [[]]
    : list.flatMap((one) => permutations(list.filter((x) => x !== one)).map((rest) => [one, ...rest]));
const subsets = ([first, ...rest]: readonly number[]): readonly (readonly number[])[] =>
  first === undefined ? [[]] : subsets(rest).flatMap((some) => [some, [first, ...some]]);

const known = new Map<string, Played>();

/**
 * What one after the other leads to, in every sequence. expire_bookings skips what somebody holds and comes back a minute later: it
 * may hear nothing and change nothing, as if it had not been there.
 */
async function serialOutcomes(names: readonly Name[], sessions: readonly Session[]): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  const indexes = names.map((_, i) => i);
  const absences = subsets(indexes.filter((i) => names[i] === 'expire'));
  for (const absent of absences) {
    for (const sequence of permutations(indexes.filter((i) => !absent.includes(i)))) {
      const inTurn = sequence.map((i) => names[i] as Name);
      const key = inTurn.join(' ');
      const steps = inTurn.map((_, i) => 'ABC'.charAt(i) + 'abc'.charAt(i)).join('');
      const played = known.get(key) ?? (await play(inTurn, steps, sessions));
      known.set(key, played);
      const heard = indexes.map((i) => (absent.includes(i) ? 'ok' : (played.heard[sequence.indexOf(i)] ?? '')));
      outcomes.add(textOf({ ...played, heard }));
    }
  }
  return outcomes;
}

const pairs = NAMES.flatMap((a, i) => NAMES.slice(i).map((b): readonly Name[] => [a, b]));
const triples = FOUR.flatMap((a, i) =>
  FOUR.slice(i).flatMap((b, j) => FOUR.slice(i + j).map((c): readonly Name[] => [a, b, c])),
);

test.each([...pairs, ...triples].map((names) => [names.join(', '), names] as const))(
  '%s',
  (_, names) =>
    withSessions(4, async (sessions) => {
      const serial = await serialOutcomes(names, sessions);
      const unexpected: string[] = [];
      for (const order of ordersOf(names)) {
        const got = textOf(await play(names, order, sessions));
        if (!serial.has(got)) unexpected.push(`${order}: ${got}`);
      }
      expect(unexpected).toEqual([]);
    }),
  60_000,
);

describe('the orders', () => {
  test('of three different clients are 90, of which commits in a row take some, and of three equal ones a sixth is left', () => {
    expect(ordersOf(['accept', 'cancel'], 'all')).toHaveLength(6);
    expect(ordersOf(['accept', 'cancel', 'expire'], 'all')).toHaveLength(90);
    const commitsInTurn = (order: string): boolean => !/[bc]a|cb/.test(order);
    const all = ordersOf(['accept', 'cancel', 'expire'], 'all').filter(commitsInTurn);
    expect(ordersOf(['accept', 'cancel', 'expire'])).toEqual(all);
    expect(new Set(ordersOf(['cancel', 'cancel', 'cancel']).map((order) => order.replace(/[a-z]/g, '')))).toEqual(
      new Set(['ABC']),
    );
  });

  test(
    'that are not played end as those that are',
    () =>
      withSessions(4, async (sessions) => {
        // Every pair of all orders, so that each rule meets every action; what is left out is in what is played.
        for (const names of pairs) {
          const played = new Set<string>();
          for (const order of ordersOf(names)) played.add(textOf(await play(names, order, sessions)));
          const [a = '', b = ''] = names;
          for (const order of ordersOf(names, 'all').filter((one) => !ordersOf(names).includes(one))) {
            const { heard, left } = await play(names, order, sessions);
            const mirrored = textOf({ heard: [...heard].reverse(), left });
            expect(played.has(textOf({ heard, left })) || (a === b && played.has(mirrored)), `${a} ${b} ${order}`).toBe(
              true,
            );
          }
        }
      }),
    60_000,
  );
});
