/**
 * Random histories: whatever students, tutors, administrators and jobs do in whatever order, lessons, credits, wallets, ratings, the log and the
 * outbox are what a model of a few lines says, after every step. A failure shrinks to the shortest history that shows it.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Session } from '../../src/pg/pool.ts';
import { ServerError } from '../../src/pg/server-error.ts';
import { only, useMarketplace } from './support/marketplace.ts';
import { addPackage, addSubject, addTutor, addUser, type Tutor } from './support/people.ts';

const db = useMarketplace();
const BEGIN = Date.UTC(2027, 0, 4);
const at = (hour: number): string => new Date(BEGIN + hour * 3_600_000).toISOString();
/** Lessons lie two hours apart, the first a day and a half ahead. */
const startOf = (slot: number): number => 36 + 2 * slot;
const RATE = 4000;
const PACKAGE_RATE = 5000;
const CREDITS = 2;

interface Lesson {
  readonly id: number;
  readonly student: number;
  readonly tutor: number;
  slot: number;
  readonly packaged: boolean;
  readonly created: number;
  session: string;
  outcome: string | null;
  payment: string;
  dispute: string;
  version: number;
  rating: number | null;
  /** The payment at the provider, and how much of it went back by its events. */
  charge: number | null;
  refunded: number;
}

interface Model {
  now: number;
  readonly lessons: Lesson[];
  /** Of each student's package with tutor 0. */
  readonly credits: number[];
}

let people: {
  readonly students: readonly number[];
  readonly tutors: readonly Tutor[];
  readonly admin: number;
  readonly subject: number;
};

beforeAll(() =>
  db.session(async (s) => {
    people = {
      students: [await addUser(s), await addUser(s)],
      tutors: [await addTutor(s), await addTutor(s)],
      admin: await addUser(s, 'admin'),
      subject: await addSubject(s),
    };
  }),
);

interface World {
  readonly s: Session;
  readonly packs: readonly number[];
}

/** What the step does to the model: how it ends, and what it changes when it ends well. */
type Step = (model: Model) => readonly [result: string, change?: () => void];

class Command implements fc.AsyncCommand<Model, World> {
  readonly name: string;
  readonly actor: () => number | 'system';
  readonly sql: (model: Model, world: World) => string;
  readonly step: Step;
  constructor(name: string, actor: () => number | 'system', sql: Command['sql'], step: Step) {
    this.name = name;
    this.actor = actor;
    this.sql = sql;
    this.step = step;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, world: World): Promise<void> {
    const [wanted, change] = this.step(model);
    const rows = await attempt(world.s, this.actor(), this.sql(model, world));
    expect([this.name, typeof rows === 'string' ? rows : 'ok']).toEqual([this.name, wanted]);
    if (wanted === 'ok') change?.();
    if (this.name.startsWith('create') && typeof rows !== 'string') {
      const made = model.lessons.at(-1);
      if (made) Object.assign(made, { id: rows[0]?.id });
    }
    if (this.name.startsWith('pay') && typeof rows !== 'string') {
      const paid = model.lessons.find(({ charge }) => charge === 0);
      if (paid) paid.charge = Number(rows[0]?.id);
    }
    await compare(world, model);
  }
  toString(): string {
    return this.name;
  }
}

async function attempt(s: Session, actor: number | 'system', sql: string): Promise<string | readonly { id: number }[]> {
  const who =
    actor === 'system'
      ? `SET LOCAL ROLE app_system; SELECT set_config('app.user_id', '', true)`
      : `SET LOCAL ROLE app_user; SELECT set_config('app.user_id', '${actor}', true)`;
  try {
    const results = await s.batch(
      `SAVEPOINT step; ${who}; ${sql}; SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; RESET ROLE; RELEASE SAVEPOINT step`,
    );
    return (results[3]?.rows ?? []) as unknown as readonly { id: number }[];
  } catch (thrown) {
    if (!(thrown instanceof ServerError)) throw thrown;
    await s.batch('ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step');
    return thrown.sqlstate;
  }
}

const move = (lesson: Lesson, to: Partial<Lesson>) => (): void =>
  void Object.assign(lesson, to, { version: lesson.version + 1 });
const giveBack = (model: Model, lesson: Lesson): void => {
  if (lesson.packaged) model.credits[lesson.student] = (model.credits[lesson.student] ?? 0) + 1;
};
const both =
  (...changes: readonly (() => void)[]) =>
  (): void => {
    for (const change of changes) change();
  };

const busy = (lesson: Lesson): boolean => ['SCHEDULED', 'ACTIVE'].includes(lesson.session);
const live = (lesson: Lesson): boolean => lesson.session === 'REQUESTED' || busy(lesson);

/** Whether the tutor, or the student, has another lesson then. */
const taken = (model: Model, wanted: Pick<Lesson, 'student' | 'tutor' | 'slot'>, but?: Lesson): boolean =>
  model.lessons.some(
    (other) =>
      other !== but &&
      other.slot === wanted.slot &&
      ((other.tutor === wanted.tutor && live(other)) || (other.student === wanted.student && busy(other))),
  );

function create(student: number, tutor: number, slot: number, packaged: boolean): Command {
  const sql: Command['sql'] = (model, { packs }) =>
    `SELECT id FROM create_booking(${people.tutors[tutor]?.id}, ${people.subject}, '${at(startOf(slot))}', '${at(startOf(slot) + 1)}', ${packaged ? packs[student] : 'NULL'}, p_now => '${at(model.now)}')`;
  const step: Step = (model) => {
    if (startOf(slot) <= model.now) return ['BK007'];
    if (taken(model, { student, tutor, slot })) return ['BK004'];
    if (packaged && (tutor !== 0 || model.credits[student] === 0)) return ['BK006'];
    const fresh = {
      id: 0,
      student,
      tutor,
      slot,
      packaged,
      created: model.now,
      session: 'REQUESTED',
      outcome: null,
      payment: 'PENDING',
      dispute: 'NONE',
      version: 1,
      rating: null,
      charge: null,
      refunded: 0,
    };
    return [
      'ok',
      () => {
        if (packaged) model.credits[student] = (model.credits[student] ?? 0) - 1;
        model.lessons.push(fresh);
      },
    ];
  };
  return new Command(
    `create(student ${student}, tutor ${tutor}, slot ${slot}${packaged ? ', package' : ''})`,
    () => people.students[student] ?? 0,
    sql,
    step,
  );
}

/** A step on the n-th lesson, counted round; nothing while there is none. */
function on(
  name: string,
  nth: number,
  actorOf: (lesson: Lesson) => number | 'system',
  call: (id: number, now: string, lesson: Lesson) => string,
  step: (lesson: Lesson, model: Model) => ReturnType<Step>,
): Command {
  let chosen: Lesson | undefined;
  const command = new Command(
    `${name}(lesson ${nth})`,
    () => (chosen ? actorOf(chosen) : 'system'),
    (model) => (chosen ? call(chosen.id, at(model.now), chosen) : 'SELECT 1'),
    (model) => {
      chosen = model.lessons[nth % Math.max(model.lessons.length, 1)];
      return chosen ? step(chosen, model) : ['ok'];
    },
  );
  return command;
}

const student = (lesson: Lesson): number => people.students[lesson.student] ?? 0;
const tutor = (lesson: Lesson): number => people.tutors[lesson.tutor]?.userId ?? 0;
const is = (lesson: Lesson, session: string, payment: string): boolean =>
  lesson.session === session && lesson.payment === payment;
const cancelled = { session: 'CANCELLED', outcome: 'NOT_HELD' };

const accept = (nth: number): Command =>
  on(
    'accept',
    nth,
    tutor,
    (id, now) => `SELECT id FROM accept_booking(${id}, p_now => '${now}')`,
    (lesson, model) => {
      if (is(lesson, 'SCHEDULED', 'AUTHORIZED')) return ['ok'];
      if (!is(lesson, 'REQUESTED', 'PENDING')) return ['BK001'];
      if (startOf(lesson.slot) <= model.now) return ['BK007'];
      if (
        model.lessons.some(
          (other) => other !== lesson && other.student === lesson.student && other.slot === lesson.slot && busy(other),
        )
      )
        return ['BK004'];
      return ['ok', move(lesson, { session: 'SCHEDULED', payment: 'AUTHORIZED' })];
    },
  );

const decline = (nth: number): Command =>
  on(
    'decline',
    nth,
    tutor,
    (id, now) => `SELECT id FROM decline_booking(${id}, p_now => '${now}')`,
    (lesson, model) => {
      if (is(lesson, 'CANCELLED', 'VOIDED')) return ['ok'];
      if (!is(lesson, 'REQUESTED', 'PENDING')) return ['BK001'];
      return ['ok', both(move(lesson, { ...cancelled, payment: 'VOIDED' }), () => giveBack(model, lesson))];
    },
  );

const cancel = (nth: number, byStudent: boolean): Command =>
  on(
    `cancel by ${byStudent ? 'student' : 'tutor'}`,
    nth,
    byStudent ? student : tutor,
    (id, now) => `SELECT id FROM cancel_booking(${id}, p_now => '${now}')`,
    (lesson, model) => {
      if (lesson.session === 'CANCELLED') return ['ok'];
      if (!is(lesson, 'REQUESTED', 'PENDING') && !is(lesson, 'SCHEDULED', 'AUTHORIZED')) return ['BK001'];
      if (startOf(lesson.slot) <= model.now) return ['BK007'];
      const late = byStudent && lesson.session === 'SCHEDULED' && startOf(lesson.slot) < model.now + 24;
      if (late) return ['ok', move(lesson, { ...cancelled, payment: 'CAPTURED' })];
      return ['ok', both(move(lesson, { ...cancelled, payment: 'VOIDED' }), () => giveBack(model, lesson))];
    },
  );

const reschedule = (nth: number, byStudent: boolean, slot: number): Command =>
  on(
    `reschedule by ${byStudent ? 'student' : 'tutor'} to ${slot}`,
    nth,
    byStudent ? student : tutor,
    (id, now) =>
      `SELECT id FROM reschedule_booking(${id}, '${at(startOf(slot))}', '${at(startOf(slot) + 1)}', p_now => '${now}')`,
    (lesson, model) => {
      if (lesson.session !== 'REQUESTED' && lesson.session !== 'SCHEDULED') return ['BK001'];
      if (lesson.slot === slot) return ['ok'];
      if (Math.min(startOf(lesson.slot), startOf(slot)) <= model.now) return ['BK007'];
      if (taken(model, { ...lesson, slot }, lesson)) return ['BK004'];
      return ['ok', move(lesson, { slot })];
    },
  );

const end = (nth: number, outcome: string): Command =>
  on(
    `end ${outcome}`,
    nth,
    () => 'system',
    (id, now) => `SELECT id FROM end_session(${id}, '${outcome}', p_now => '${now}')`,
    (lesson, model) => {
      if (lesson.session === 'ENDED' && lesson.outcome === outcome) return ['ok'];
      if (!is(lesson, 'ACTIVE', 'AUTHORIZED')) return ['BK001'];
      const payment = outcome === 'NO_SHOW_TUTOR' ? 'REFUNDED' : outcome === 'NOT_HELD' ? 'VOIDED' : 'CAPTURED';
      const ended = move(lesson, { session: 'ENDED', outcome, payment });
      return ['ok', payment === 'CAPTURED' ? ended : both(ended, () => giveBack(model, lesson))];
    },
  );

const noShow = (nth: number, byStudent: boolean): Command =>
  on(
    `no-show by ${byStudent ? 'student' : 'tutor'}`,
    nth,
    byStudent ? student : tutor,
    (id, now) => `SELECT id FROM mark_no_show(${id}, p_now => '${now}')`,
    (lesson, model) => {
      const outcome = byStudent ? 'NO_SHOW_TUTOR' : 'NO_SHOW_STUDENT';
      if (lesson.session === 'ENDED') {
        if (lesson.outcome === outcome || lesson.dispute === 'OPEN') return ['ok'];
        const settled = lesson.dispute !== 'NONE' || ['VOIDED', 'REFUNDED'].includes(lesson.payment);
        return settled ? ['BK001'] : ['ok', move(lesson, { dispute: 'OPEN' })];
      }
      if (!busy(lesson)) return ['BK001'];
      if (startOf(lesson.slot) >= model.now) return ['BK007'];
      const ended = move(lesson, { session: 'ENDED', outcome, payment: byStudent ? 'REFUNDED' : 'CAPTURED' });
      return ['ok', byStudent ? both(ended, () => giveBack(model, lesson)) : ended];
    },
  );

const mayPay = (lesson: Lesson): boolean =>
  is(lesson, 'SCHEDULED', 'AUTHORIZED') && !lesson.packaged && lesson.charge === null;

/** The provider holds the price. Its state is that of the lesson, so nothing of the booking changes. */
const pay = (nth: number): Command =>
  on(
    'pay',
    nth,
    () => 'system',
    (id, now, lesson) =>
      lesson.charge === 0
        ? `SELECT id FROM record_payment(${id}, ${RATE}, 'AUTHORIZED', 'evt_${id}', 'pi_${id}', p_now => '${now}')`
        : 'SELECT 1',
    // 0: asked for, its id comes with the answer.
    (lesson) => {
      if (mayPay(lesson)) lesson.charge = 0;
      return ['ok'];
    },
  );

/** A quarter of what was paid: the first changes the state, the fourth too, those between only the version. */
const refund = (nth: number): Command =>
  on(
    'refund',
    nth,
    () => 'system',
    (id, now, { charge, refunded }) =>
      charge === null
        ? 'SELECT 1'
        : `SELECT id FROM record_refund(${charge}, ${RATE / 4}, 'GOODWILL', 'evt_${id}_${refunded}', p_now => '${now}')`,
    (lesson) => {
      if (lesson.charge === null) return ['ok'];
      if (!['CAPTURED', 'PARTIALLY_REFUNDED'].includes(lesson.payment)) return ['BK001'];
      const refunded = lesson.refunded + RATE / 4;
      return ['ok', move(lesson, { refunded, payment: refunded === RATE ? 'REFUNDED' : 'PARTIALLY_REFUNDED' })];
    },
  );

const dispute = (nth: number): Command =>
  on(
    'dispute',
    nth,
    student,
    (id, now) => `SELECT id FROM open_dispute(${id}, 'why', p_now => '${now}')`,
    (lesson) => {
      if (lesson.dispute === 'OPEN') return ['ok'];
      if (lesson.outcome === null || lesson.dispute !== 'NONE' || ['VOIDED', 'REFUNDED'].includes(lesson.payment))
        return ['BK001'];
      return ['ok', move(lesson, { dispute: 'OPEN' })];
    },
  );

const resolve = (nth: number, to: 'UPHELD' | 'REFUNDED'): Command =>
  on(
    `resolve ${to}`,
    nth,
    () => people.admin,
    (id, now) => `SELECT id FROM resolve_dispute(${id}, '${to}', p_now => '${now}')`,
    (lesson, model) => {
      if (lesson.dispute === `RESOLVED_${to}`) return ['ok'];
      if (lesson.dispute !== 'OPEN') return ['BK001'];
      if (to === 'UPHELD') return ['ok', move(lesson, { dispute: 'RESOLVED_UPHELD' })];
      return [
        'ok',
        both(move(lesson, { dispute: 'RESOLVED_REFUNDED', payment: 'REFUNDED' }), () => giveBack(model, lesson)),
      ];
    },
  );

const review = (nth: number, rating: number): Command =>
  on(
    `review ${rating}`,
    nth,
    student,
    (id) => `SELECT id FROM submit_review(${id}, ${rating})`,
    (lesson) => {
      if (lesson.outcome !== 'COMPLETED') return ['BK001'];
      if (lesson.rating !== null) return [lesson.rating === rating ? 'ok' : 'BK001'];
      return ['ok', () => void Object.assign(lesson, { rating })];
    },
  );

const wait = (hours: number): Command =>
  new Command(
    `wait ${hours} h`,
    () => 'system',
    () => 'SELECT 1',
    (model) => ['ok', () => void Object.assign(model, { now: model.now + hours })],
  );

const start = (): Command =>
  new Command(
    'start',
    () => 'system',
    ({ now }) => `SELECT id FROM start_sessions(1000, '${at(now)}')`,
    (model) => [
      'ok',
      both(
        ...model.lessons
          .filter((lesson) => lesson.session === 'SCHEDULED' && startOf(lesson.slot) <= model.now)
          .map((lesson) => move(lesson, { session: 'ACTIVE' })),
      ),
    ],
  );

const expire = (): Command =>
  new Command(
    'expire',
    () => 'system',
    ({ now }) => `SELECT id FROM expire_bookings(1000, '${at(now)}')`,
    (model) => [
      'ok',
      both(
        ...model.lessons
          .filter(
            (lesson) =>
              lesson.session === 'REQUESTED' && (lesson.created <= model.now - 24 || startOf(lesson.slot) <= model.now),
          )
          .flatMap((lesson) => [
            move(lesson, { session: 'EXPIRED', outcome: 'NOT_HELD', payment: 'VOIDED' }),
            () => giveBack(model, lesson),
          ]),
      ),
    ],
  );

/** What a tutor has earned: lessons that were captured, without what was given back, less a fifth. */
function earned(model: Model, of: number): number {
  const kept = ['CAPTURED', 'PARTIALLY_REFUNDED'];
  const paid = model.lessons.filter((lesson) => lesson.tutor === of && kept.includes(lesson.payment));
  return paid.reduce((sum, { packaged, refunded }) => sum + ((packaged ? PACKAGE_RATE : RATE) - refunded) * 0.8, 0);
}

async function compare({ s, packs }: World, model: Model): Promise<void> {
  const real = await only(
    s.query(
      `SELECT (SELECT coalesce(jsonb_agg(jsonb_build_array(id, session_state, session_outcome, payment_state, dispute_state, version,
          extract(epoch FROM start_time - '${at(0)}'::timestamptz)::int / 3600) ORDER BY id), '[]') FROM bookings) AS lessons,
        (SELECT jsonb_agg(sessions_remaining ORDER BY id) FROM student_packages WHERE id = ANY ($1)) AS credits,
        (SELECT count(*)::int FROM booking_transitions) AS moves,
        (SELECT count(*)::int FROM outbox_events WHERE aggregate_type = 'booking') AS events,
        (SELECT jsonb_agg(jsonb_build_array(total_reviews, average_rating, total_sessions) ORDER BY id) FROM tutor_profiles) AS tutors,
        (SELECT jsonb_agg(coalesce((SELECT balance_cents FROM wallets w WHERE w.user_id = t.user_id), 0) ORDER BY t.id) FROM tutor_profiles t) AS wallets,
        (SELECT coalesce(sum(balance_cents), 0)::int FROM wallets) AS total`,
      [packs],
    ),
  );
  const moves = model.lessons.reduce((sum, { version }) => sum + version, 0);
  expect(real).toEqual({
    lessons: model.lessons.map((l) => [l.id, l.session, l.outcome, l.payment, l.dispute, l.version, startOf(l.slot)]),
    credits: model.credits,
    moves,
    events: moves,
    tutors: [0, 1].map((of) => {
      const held = model.lessons.filter((lesson) => lesson.tutor === of && lesson.outcome === 'COMPLETED');
      const ratings = held.flatMap(({ rating }) => (rating === null ? [] : [rating]));
      const mean = Math.round((ratings.reduce((a, b) => a + b, 0) / ratings.length) * 100) / 100;
      return [ratings.length, ratings.length === 0 ? null : mean, held.length];
    }),
    wallets: [earned(model, 0), earned(model, 1)],
    total: 0,
  });
}

const nth = fc.nat({ max: 5 });
const COMMANDS = [
  fc
    .tuple(fc.nat({ max: 1 }), fc.nat({ max: 1 }), fc.integer({ min: 1, max: 5 }), fc.boolean())
    .map((args) => create(...args)),
  fc
    .tuple(fc.nat({ max: 1 }), fc.nat({ max: 1 }), fc.integer({ min: 1, max: 5 }), fc.boolean())
    .map((args) => create(...args)),
  nth.map(accept),
  nth.map(accept),
  nth.map(decline),
  fc.tuple(nth, fc.boolean()).map((args) => cancel(...args)),
  fc.tuple(nth, fc.boolean(), fc.integer({ min: 1, max: 5 })).map((args) => reschedule(...args)),
  fc
    .tuple(nth, fc.constantFrom('COMPLETED', 'COMPLETED', 'NOT_HELD', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR'))
    .map((args) => end(...args)),
  fc.tuple(nth, fc.boolean()).map((args) => noShow(...args)),
  nth.map(pay),
  nth.map(refund),
  nth.map(refund),
  nth.map(dispute),
  fc.tuple(nth, fc.constantFrom('UPHELD' as const, 'REFUNDED' as const)).map((args) => resolve(...args)),
  fc.tuple(nth, fc.integer({ min: 1, max: 5 })).map((args) => review(...args)),
  fc.constantFrom(1, 6, 20, 36).map(wait),
  fc.constantFrom(20, 36).map(wait),
  fc.constant(null).map(start),
  fc.constant(null).map(start),
  fc.constant(null).map(expire),
];

/** One history in one transaction, which is rolled back: histories do not meet. */
function play(commands: Iterable<fc.AsyncCommand<Model, World>>): Promise<Model> {
  return db.session(async (s) => {
    await s.query('BEGIN');
    try {
      const [tutorZero] = people.tutors;
      const packs: number[] = [];
      for (const who of people.students)
        if (tutorZero) packs.push(await addPackage(s, who, tutorZero, { sessions: CREDITS }));
      const model: Model = { now: 0, lessons: [], credits: [CREDITS, CREDITS] };
      await fc.asyncModelRun(() => ({ model, real: { s, packs } }), commands);
      return model;
    } finally {
      await s.query('ROLLBACK');
    }
  });
}

/** Lessons that were held before the history begins: few random histories would get that far by themselves. */
const past = fc.array(
  fc.record({
    student: fc.nat({ max: 1 }),
    tutor: fc.nat({ max: 1 }),
    packaged: fc.boolean(),
    outcome: fc.constantFrom('COMPLETED', 'COMPLETED', 'NO_SHOW_TUTOR', 'NOT_HELD', null),
  }),
  { maxLength: 3 },
);
type Past = typeof past extends fc.Arbitrary<infer T> ? T : never;

/** None of the refusals on the way is a fault: the model knows them too. */
function before(lessons: Past): readonly Command[] {
  return [
    ...lessons.flatMap(({ student: who, tutor: whom, packaged }, slot) => [
      create(who, whom, slot, packaged),
      accept(slot),
      pay(slot),
    ]),
    wait(41),
    start(),
    ...lessons.flatMap(({ outcome }, slot) => (outcome === null ? [] : [end(slot, outcome)])),
  ];
}

test('any history of up to 40 steps', async () => {
  const commands = fc.commands(COMMANDS, { maxCommands: 40, size: 'max' });
  const history = fc.asyncProperty(fc.option(past), commands, async (lessons, steps) => {
    await play([...(lessons ? before(lessons) : []), ...steps]);
  });
  await fc.assert(history, { numRuns: 60 });
}, 60_000);

test('the histories reach what matters: credit given back, a payment given back in parts and then whole, a lesson moved past a taken slot', async () => {
  const lesson = { student: 0, tutor: 0, outcome: 'COMPLETED' } as const;
  const credit = await play([
    ...before([{ ...lesson, packaged: true }]),
    review(0, 4),
    dispute(0),
    resolve(0, 'REFUNDED'),
  ]);
  expect(credit).toMatchObject({ credits: [CREDITS, CREDITS], lessons: [{ payment: 'REFUNDED', rating: 4 }] });
  const money = await play([
    ...before([{ ...lesson, packaged: false }]),
    refund(0),
    refund(0),
    noShow(0, true),
    resolve(0, 'REFUNDED'),
    refund(0),
  ]);
  const after = { payment: 'REFUNDED', dispute: 'RESOLVED_REFUNDED', refunded: RATE / 2, version: 8 };
  expect(money.lessons).toMatchObject([after]);
  const moved = await play([
    create(0, 0, 1, false),
    create(1, 0, 2, false),
    reschedule(0, true, 2),
    reschedule(0, false, 3),
  ]);
  expect(moved.lessons).toMatchObject([
    { slot: 3, version: 2 },
    { slot: 2, version: 1 },
  ]);
});

test('a model that is wrong is found out', async () => {
  const wrong = on(
    'accept',
    0,
    tutor,
    (id, now) => `SELECT id FROM accept_booking(${id}, p_now => '${now}')`,
    (lesson) => ['ok', move(lesson, { session: 'ACTIVE', payment: 'AUTHORIZED' })],
  );
  await expect(play([create(0, 0, 0, false), wrong])).rejects.toThrow('to deeply equal');
});
