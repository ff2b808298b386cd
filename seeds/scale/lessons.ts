/** The lessons of one tutor, as one array: everything about a tutor follows from his number, so no block needs another. */
import { type Chance, chance } from './chance.ts';
import { DAY, HOUR } from './moments.ts';
import { BLOCK, FIRST, NOW, type Person, personOfTutor, shareOf } from './people.ts';

const WEEKS = 56;
/** Monday, 52 weeks before the week of `NOW`. */
const MONDAY = Date.UTC(2026, 2, 2) - 52 * 7 * DAY;

/** Hours of a week in which tutors teach; local time. Students want evenings and Saturdays. */
const RHYTHMS: readonly (readonly (readonly [day: number, from: number, until: number])[])[] = [
  [1, 2, 3, 4, 5].map((day) => [day, 15, 21] as const),
  [1, 2, 3, 4, 5].map((day) => [day, 9, 17] as const),
  [...[1, 2, 4, 5].map((day) => [day, 17, 22] as const), [6, 9, 15], [0, 10, 14]],
  [...[1, 3, 5].map((day) => [day, 8, 13] as const), ...[1, 3, 5].map((day) => [day, 16, 20] as const)],
];

export interface Tutor {
  readonly number: number;
  readonly id: number;
  readonly user: Person;
  /** Minor units of an hour, at most two digits after the point of the major unit. */
  readonly hour: number;
  readonly subjects: readonly number[];
  readonly rhythm: (typeof RHYTHMS)[number];
  /** 0 to 1: how likely a good review is. */
  readonly quality: number;
  readonly since: number;
}

export interface Lesson {
  readonly id: number;
  readonly student: Person;
  readonly subject: number;
  readonly start: number;
  readonly end: number;
  readonly created: number;
  readonly session: string;
  readonly outcome: string | null;
  readonly payment: string;
  readonly dispute: string;
  readonly changed: number;
  readonly cancelledBy: string | null;
  readonly rate: number;
  readonly fee: number;
  readonly refunded: number;
  /** Paid with a package; its credit came back. */
  readonly packaged: boolean;
  readonly restored: boolean;
  /** What reviews, messages and the like of this lesson are drawn from. */
  readonly key: number;
}

/** `people`: of the tutor's block. */
export function tutorOf(number: number, people: readonly Person[]): Tutor {
  const c = chance(2, number);
  const user = people[personOfTutor(number) % BLOCK] as Person;
  const hour = Math.round((user.place.hour * (0.6 + c.next() + c.next() * 0.6)) / 50) * 50;
  const first = c.below(20);
  const subjects = [...new Set([first, (first + 1) % 20, c.below(20)])]
    .slice(0, 1 + c.below(3))
    .map((subject) => subject + 1);
  return {
    number,
    id: FIRST + number,
    user,
    hour,
    subjects,
    rhythm: c.pick(RHYTHMS),
    quality: 0.4 + 0.6 * c.next(),
    since: MONDAY - c.below(900) * DAY,
  };
}

/** `people`: of the tutor's block, where all his students are too. */
export function lessonsOf(tutor: Tutor, people: readonly Person[]): readonly Lesson[] {
  const share = shareOf(tutor.number);
  const slots = slotsOf(tutor.rhythm);
  const total = WEEKS * slots.length;
  const week = slots.at(-1)?.upTo ?? 1;
  const step = (WEEKS * week) / share.lessons;
  const c = chance(3, tutor.number);
  let taken = -1;
  return Array.from({ length: share.lessons }, (_, k) => {
    const at = (k + c.next()) * step;
    const weeks = Math.floor(at / week);
    const within = slots.findIndex(({ upTo }) => upTo > at - weeks * week);
    // Strata touch: the slot after the last one taken, but never so late that the rest would not fit.
    taken = Math.min(Math.max(weeks * slots.length + Math.max(within, 0), taken + 1), total - (share.lessons - k));
    const slot = slots[taken % slots.length] as Slot;
    const midnight = MONDAY + (Math.floor(taken / slots.length) * 7 + slot.dayFromMonday) * DAY;
    const start = midnight + slot.hour * HOUR - offset(tutor.user.place.timezone, midnight);
    const student = people[(share.firstStudent + c.below(share.students)) % BLOCK] as Person;
    return lesson(tutor, FIRST + share.firstLesson + k, start, c, student);
  });
}

interface Slot {
  readonly dayFromMonday: number;
  readonly hour: number;
  /** Sum of the weights up to and with this slot. */
  readonly upTo: number;
}

const known = new Map<Tutor['rhythm'], readonly Slot[]>();

function slotsOf(rhythm: Tutor['rhythm']): readonly Slot[] {
  const found = known.get(rhythm);
  if (found) return found;
  let upTo = 0;
  const hours = rhythm.flatMap(([day, from, until]) =>
    Array.from({ length: until - from }, (_, i) => ({ dayFromMonday: (day + 6) % 7, hour: from + i })),
  );
  const slots = hours
    .sort((a, b) => a.dayFromMonday - b.dayFromMonday || a.hour - b.hour)
    .map((slot) => {
      upTo += (slot.hour >= 16 ? 1 : 0.55) * (slot.dayFromMonday >= 5 ? 1.2 : 1);
      return { ...slot, upTo };
    });
  known.set(rhythm, slots);
  return slots;
}

/** By zone, the offset from UTC at local noon of each day, in ms. Clocks change at night, lessons are given by day. */
const offsets = new Map<string, readonly number[]>();

function offset(timezone: string, midnight: number): number {
  const days = offsets.get(timezone) ?? daysOf(timezone);
  offsets.set(timezone, days);
  return days[(midnight - MONDAY) / DAY] as number;
}

/** Few weeks change their clocks: to ask Intl for each day took longer than all rows of factor 1. */
function daysOf(timezone: string): readonly number[] {
  const mondays = Array.from({ length: WEEKS + 1 }, (_, week) => offsetAt(timezone, MONDAY + week * 7 * DAY));
  return Array.from({ length: WEEKS * 7 }, (_, day) => {
    const [before, after] = [mondays[Math.floor(day / 7)] as number, mondays[Math.floor(day / 7) + 1] as number];
    return before === after ? before : offsetAt(timezone, MONDAY + day * DAY);
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetAt(timezone: string, midnight: number): number {
  const format =
    formats.get(timezone) ?? new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
  formats.set(timezone, format);
  const [, sign = '+', hours = '0', minutes = '0'] =
    /GMT([+-])(\d+):(\d+)/.exec(format.format(midnight + 12 * HOUR)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * 60_000);
}

function lesson(tutor: Tutor, id: number, start: number, c: Chance, student: Person): Lesson {
  const end = start + (c.hit(0.15) ? 0.5 : 1) * HOUR;
  const key = c.below(2 ** 31);
  const packaged = chance(4, tutor.number, student.id - FIRST).hit(0.3);
  const hour = packaged ? Math.round((tutor.hour * 0.9) / 10) * 10 : tutor.hour;
  const rate = packaged ? hour : Math.round((hour * (end - start)) / HOUR);
  const life = end <= NOW ? past(c, start, end) : start <= NOW ? running(start) : future(c, start);
  const refunded = life.payment === 'REFUNDED' ? rate : life.payment === 'PARTIALLY_REFUNDED' ? Math.ceil(rate / 2) : 0;
  const restored = packaged && ['VOIDED', 'REFUNDED'].includes(life.payment);
  const terminal = {
    id,
    student,
    subject: c.pick(tutor.subjects),
    start,
    end,
    packaged,
    restored,
    rate,
    refunded,
    key,
  };
  return { ...life, ...terminal, fee: Math.floor((rate * 20 + 50) / 100) };
}

type Life = Pick<Lesson, 'session' | 'outcome' | 'payment' | 'dispute' | 'changed' | 'cancelledBy' | 'created'>;

const NOT_HELD = { outcome: 'NOT_HELD', dispute: 'NONE' } as const;
const HELD = { session: 'ENDED', cancelledBy: null, dispute: 'NONE' } as const;

function past(c: Chance, start: number, end: number): Life {
  const created = start - (1 + c.next() * 9) * DAY;
  const before = start - c.next() * DAY;
  const late = Math.max(created, before);
  const draw = c.next();
  if (draw < 0.03)
    return { ...NOT_HELD, session: 'EXPIRED', payment: 'VOIDED', cancelledBy: null, changed: created + DAY, created };
  if (draw < 0.07)
    return {
      ...NOT_HELD,
      session: 'CANCELLED',
      payment: 'VOIDED',
      cancelledBy: c.hit(0.7) ? 'STUDENT' : 'TUTOR',
      changed: created + HOUR,
      created,
    };
  if (draw < 0.085)
    return { ...NOT_HELD, session: 'CANCELLED', payment: 'CAPTURED', cancelledBy: 'STUDENT', changed: late, created };
  if (draw < 0.11) return { ...HELD, outcome: 'NO_SHOW_STUDENT', payment: 'CAPTURED', changed: end, created };
  if (draw < 0.12) return { ...HELD, outcome: 'NO_SHOW_TUTOR', payment: 'REFUNDED', changed: end, created };
  if (draw < 0.125) return { ...HELD, outcome: 'NOT_HELD', payment: 'VOIDED', changed: end, created };
  if (draw < 0.13)
    return {
      ...HELD,
      outcome: 'COMPLETED',
      payment: 'CAPTURED',
      dispute: end > NOW - 20 * DAY ? 'OPEN' : 'RESOLVED_UPHELD',
      changed: end + DAY,
      created,
    };
  if (draw < 0.135 && end < NOW - 3 * DAY) {
    return {
      ...HELD,
      outcome: 'COMPLETED',
      payment: c.hit(0.5) ? 'REFUNDED' : 'PARTIALLY_REFUNDED',
      dispute: 'RESOLVED_REFUNDED',
      changed: end + 2 * DAY,
      created,
    };
  }
  return { ...HELD, outcome: 'COMPLETED', payment: 'CAPTURED', changed: end, created };
}

function running(start: number): Life {
  return {
    session: 'ACTIVE',
    outcome: null,
    payment: 'AUTHORIZED',
    dispute: 'NONE',
    cancelledBy: null,
    changed: start,
    created: start - 3 * DAY,
  };
}

function future(c: Chance, start: number): Life {
  const created = NOW - (2 + c.next() * 150) * HOUR;
  const draw = c.next();
  const open = { outcome: null, dispute: 'NONE', cancelledBy: null } as const;
  if (draw < 0.2 && start > NOW + DAY) {
    const asked = NOW - c.next() * 20 * HOUR;
    return { ...open, session: 'REQUESTED', payment: 'PENDING', changed: asked, created: asked };
  }
  if (draw < 0.3)
    return {
      ...NOT_HELD,
      session: 'CANCELLED',
      payment: 'VOIDED',
      cancelledBy: c.hit(0.8) ? 'STUDENT' : 'TUTOR',
      changed: created + HOUR,
      created,
    };
  return { ...open, session: 'SCHEDULED', payment: 'AUTHORIZED', changed: created + HOUR, created };
}
