/**
 * Who there is. People come in blocks of 1,000: one administrator, 200 tutors, 799 students. Within a block a few tutors have
 * most of the lessons; a factor adds blocks, so that the shape stays and only the size grows.
 */
import { chance } from './chance.ts';

/** The moment at which the data were "taken": the Monday morning that the demo shows too. */
export const NOW = Date.parse('2026-03-02T10:20:00Z');
/** Ids begin here, past those of the demo. */
export const FIRST = 1_000_000;
export const TUTORS = 200;
export const STUDENTS = 799;
const LESSONS = 10_000;
/** People of a block. */
export const BLOCK = 1 + TUTORS + STUDENTS;

export interface Place {
  readonly timezone: string;
  readonly currency: string;
  readonly country: string;
  readonly city: string;
  readonly language: string;
  /** Minor units of a typical hour. */
  readonly hour: number;
}

export const PLACES: readonly Place[] = [
  { timezone: 'Europe/Berlin', currency: 'EUR', country: 'DE', city: 'Berlin', language: 'de', hour: 4000 },
  { timezone: 'America/New_York', currency: 'USD', country: 'US', city: 'New York', language: 'en', hour: 5500 },
  { timezone: 'Europe/London', currency: 'GBP', country: 'GB', city: 'London', language: 'en', hour: 3800 },
  { timezone: 'Europe/Madrid', currency: 'EUR', country: 'ES', city: 'Madrid', language: 'es', hour: 2800 },
  { timezone: 'America/Los_Angeles', currency: 'USD', country: 'US', city: 'San Diego', language: 'en', hour: 6000 },
  { timezone: 'America/Sao_Paulo', currency: 'BRL', country: 'BR', city: 'São Paulo', language: 'pt-BR', hour: 11_000 },
  { timezone: 'Asia/Tokyo', currency: 'JPY', country: 'JP', city: 'Tokyo', language: 'ja', hour: 4200 },
  { timezone: 'Australia/Sydney', currency: 'AUD', country: 'AU', city: 'Sydney', language: 'en', hour: 6500 },
  { timezone: 'Europe/Warsaw', currency: 'PLN', country: 'PL', city: 'Warsaw', language: 'pl', hour: 12_000 },
  { timezone: 'Europe/Paris', currency: 'EUR', country: 'FR', city: 'Paris', language: 'fr', hour: 3500 },
];

const FIRST_NAMES =
  'Ada Ben Clara Dario Elif Finn Greta Hugo Ines Jonas Kaya Lena Milo Nora Otto Paula Quinn Rosa Sami Tove Uma Vera Wim Yuki Zoe'.split(
    ' ',
  );
const LAST_NAMES =
  'Abel Bauer Costa Dubois Evans Fischer Garcia Hansen Ito Jensen Kowalski Lopez Meyer Nowak Olsen Petit Quist Rossi Silva Tanaka Ueda Vogel Weber Young Zhang'.split(
    ' ',
  );

export interface Person {
  readonly id: number;
  readonly role: 'admin' | 'tutor' | 'student';
  readonly first: string;
  readonly last: string;
  readonly place: Place;
}

export function person(index: number): Person {
  const c = chance(1, index);
  const inBlock = index % BLOCK;
  const role = inBlock === 0 ? 'admin' : inBlock <= TUTORS ? 'tutor' : 'student';
  return {
    id: FIRST + index,
    role,
    first: c.pick(FIRST_NAMES),
    last: c.pick(LAST_NAMES),
    place: PLACES[Math.floor(c.next() ** 1.6 * PLACES.length)] as Place,
  };
}

/** Person behind the tutor: both counted from 0 through all blocks. */
export const personOfTutor = (tutor: number): number => Math.floor(tutor / TUTORS) * BLOCK + 1 + (tutor % TUTORS);

export interface Share {
  /** Number of lessons, and the number of the first one, counted from 0 through all blocks. */
  readonly lessons: number;
  readonly firstLesson: number;
  /** The students who learn with this tutor: persons `firstStudent` up to `firstStudent + students`. */
  readonly students: number;
  readonly firstStudent: number;
}

/** Zipf-like: the busiest of 200 tutors gives about 3 % of the lessons, the quietest a fifth of a percent. */
const SHARES: readonly Share[] = (() => {
  const weights = Array.from({ length: TUTORS }, (_, rank) => (rank + 5) ** -0.7);
  const lessons = divide(LESSONS, weights);
  const students = divide(STUDENTS, weights.map(Math.sqrt));
  let firstLesson = 0;
  let firstStudent = 1 + TUTORS;
  return weights.map((_, i) => {
    const share = { lessons: lessons[i] as number, firstLesson, students: students[i] as number, firstStudent };
    firstLesson += share.lessons;
    firstStudent += share.students;
    return share;
  });
})();

export function shareOf(tutor: number): Share {
  const block = Math.floor(tutor / TUTORS);
  const share = SHARES[tutor % TUTORS] as Share;
  return {
    ...share,
    firstLesson: block * LESSONS + share.firstLesson,
    firstStudent: block * BLOCK + share.firstStudent,
  };
}

/** Whole numbers in proportion to the weights, which add up to the total exactly. */
function divide(total: number, weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  let carried = 0;
  let given = 0;
  return weights.map((weight) => {
    carried += (weight / sum) * total;
    const part = Math.round(carried) - given;
    given += part;
    return part;
  });
}
