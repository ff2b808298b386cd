/** Rows of people and of tutors: what does not come from their lessons. */
import type { Block, TutorLessons } from './block.ts';
import { chance } from './chance.ts';
import type { Tutor } from './lessons.ts';
import { at, DAY } from './moments.ts';
import { FIRST, NOW, PLACES, shareOf } from './people.ts';
import { MINOR_UNITS, subjectName } from './reference.ts';
import type { Row } from './row.ts';

const PASSWORD = '$argon2id$v=19$m=65536,t=3,p=4$c2NhbGU$no-password-matches-this';

export const currencyOf = (tutor: Tutor): string => tutor.user.place.currency;
/** Minor units of an hour of a package. */
export const packaged = (tutor: Tutor): number => Math.round((tutor.hour * 0.9) / 10) * 10;

export function* users({ people }: Block): Generator<Row> {
  for (const { id, role, first, last, place } of people) {
    const c = chance(6, id - FIRST);
    yield [
      id,
      `${first}.${last}.${id}@scale.example`.toLowerCase(),
      PASSWORD,
      role,
      c.hit(0.95),
      place.currency,
      place.timezone,
      at(NOW - c.next() ** 2 * 700 * DAY),
      at(NOW - (400 + c.below(800)) * DAY),
    ];
  }
}

export function* profiles({ people }: Block): Generator<Row> {
  for (const { id, first, last, place } of people) {
    yield [id, first, last, place.country, place.city, at(NOW - 400 * DAY)];
  }
}

export function* studentProfiles({ people }: Block): Generator<Row> {
  for (const { id, role } of people) {
    if (role !== 'student') continue;
    const c = chance(7, id - FIRST);
    const level = c.pick(['primary', 'secondary', 'secondary', 'undergraduate', 'adult']);
    yield [id, level, c.hit(0.3) ? 'Pass the exam' : null];
  }
}

/** Rows of each tutor of the block. */
export function perTutor(rows: (one: TutorLessons) => readonly Row[]): (block: Block) => Generator<Row> {
  return function* ({ tutors }) {
    for (const one of tutors) yield* rows(one);
  };
}

export function tutorProfile({ tutor }: TutorLessons): readonly Row[] {
  const c = chance(8, tutor.number);
  const names = tutor.subjects.map(subjectName);
  const bio = `I have taught ${names.join(' and ')} for ${1 + c.below(20)} years in ${tutor.user.place.city}. ${c.pick(['Beginners are welcome.', 'Exam preparation is what I do best.', 'We speak from the first minute.'])}`;
  const digits = MINOR_UNITS.get(currencyOf(tutor)) ?? 2;
  const status = c.hit(0.94) ? 'approved' : c.pick(['pending_approval', 'under_review', 'archived']);
  const badges = `{${[c.hit(0.15) ? 'top_rated' : '', c.hit(0.3) ? 'fast_responder' : ''].filter(Boolean).join(',')}}`;
  const title = `${names[0]} with ${tutor.user.first}`;
  const headline = c.pick(['Patient and clear', 'From zero to exam', 'Lessons that stay']);
  const rate = (tutor.hour / 10 ** digits).toFixed(digits);
  const [currency, approved] = [currencyOf(tutor), status === 'approved'];
  const { id, user, since } = tutor;
  return [[id, user.id, title, headline, bio, rate, currency, approved, status, badges, at(since)]];
}

export function subjects({ tutor }: TutorLessons): readonly Row[] {
  return tutor.subjects.map((subject) => [tutor.id, subject, 'all', chance(9, tutor.number, subject).below(25)]);
}

export function languages({ tutor }: TutorLessons): readonly Row[] {
  const own = tutor.user.place.language;
  const other = chance(10, tutor.number).pick(PLACES).language;
  const known = [...new Set([own, 'en', other])];
  return known.map((language) => [tutor.id, language, language === own ? 'native' : 'fluent']);
}

export function availabilities({ tutor }: TutorLessons): readonly Row[] {
  return tutor.rhythm.map(([day, from, until]) => [tutor.id, day, `${from}:00`, `${until}:00`]);
}

export function pricingOptions({ tutor }: TutorLessons): readonly Row[] {
  return [
    [tutor.id, 'Single lesson', 60, 1, tutor.hour, currencyOf(tutor), null],
    [tutor.id, 'Five lessons', 60, 5, 5 * packaged(tutor), currencyOf(tutor), 180],
  ];
}

function studentsOf(tutor: Tutor): readonly number[] {
  const { firstStudent, students } = shareOf(tutor.number);
  return Array.from({ length: students }, (_, i) => FIRST + firstStudent + i);
}

export function favorites({ tutor }: TutorLessons): readonly Row[] {
  return studentsOf(tutor)
    .filter((student) => chance(11, student).hit(0.25))
    .map((student) => [student, tutor.id]);
}
