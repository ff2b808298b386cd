/** Rows that come from lessons: one a lesson or a few, none, or one a student who had some. */
import type { Block, TutorLessons } from './block.ts';
import { chance } from './chance.ts';
import type { Lesson, Tutor } from './lessons.ts';
import { at, DAY, HOUR, upToNow } from './moments.ts';
import { NOW } from './people.ts';
import { currencyOf, packaged } from './people-rows.ts';
import { SKILLS, subjectName } from './reference.ts';
import type { Row } from './row.ts';

const COMMENTS = [
  'Explains patiently.',
  'Well prepared, on time.',
  'My marks went up.',
  'Friendly, and strict where it helps.',
  null,
  null,
  null,
];

const nameOf = ({ first, last }: { readonly first: string; readonly last: string }): string => `${first} ${last}`;

type Response = 'ACCEPTED' | 'DECLINED' | 'EXPIRED';

/** Null: no answer was given, or none was needed any more. */
function responseTo(lesson: Lesson): Response | null {
  if (lesson.session === 'REQUESTED') return null;
  if (lesson.session === 'EXPIRED') return 'EXPIRED';
  if (lesson.session !== 'CANCELLED' || lesson.payment === 'CAPTURED') return 'ACCEPTED';
  return lesson.cancelledBy === 'TUTOR' ? 'DECLINED' : null;
}

const secondsTo = (lesson: Lesson): number => 60 + (lesson.key % 3540);

function response(lesson: Lesson, tutor: Tutor): Row | null {
  const answer = responseTo(lesson);
  if (answer === null) return null;
  const { id, student, created } = lesson;
  const seconds = answer === 'EXPIRED' ? 86_400 : secondsTo(lesson);
  return [tutor.id, id, student.id, answer, at(created), at(created + seconds * 1000), seconds];
}

export function metrics({ tutor, lessons }: TutorLessons): readonly Row[] {
  const counts = { ACCEPTED: 0, DECLINED: 0, EXPIRED: 0 };
  let seconds = 0;
  let last = 0;
  for (const lesson of lessons) {
    const answer = responseTo(lesson);
    if (answer === null) continue;
    counts[answer] += 1;
    if (answer === 'EXPIRED') continue;
    seconds += secondsTo(lesson);
    last = Math.max(last, lesson.created + secondsTo(lesson) * 1000);
  }
  const { ACCEPTED, DECLINED, EXPIRED } = counts;
  return [[tutor.id, ACCEPTED, DECLINED, EXPIRED, seconds, last === 0 ? null : at(last)]];
}

/** A student has one tutor here, so the student's number is that of the package and of the conversation too. */
export function packages({ tutor, byStudent }: TutorLessons): readonly Row[] {
  return [...byStudent].flatMap(([student, lessons]): readonly Row[] => {
    if (!lessons[0]?.packaged) return [];
    const used = lessons.filter(({ restored }) => !restored).length;
    const bought = Math.max(5, Math.ceil(used / 5) * 5);
    const since = at(Math.min(...lessons.map(({ created }) => created)) - DAY);
    const [price, currency] = [bought * packaged(tutor), currencyOf(tutor)];
    const status = bought === used ? 'exhausted' : 'active';
    return [[student, student, tutor.id, bought, used, bought - used, price, currency, status, since]];
  });
}

function booking(lesson: Lesson, tutor: Tutor): Row {
  const { id, student, subject, start, end, session, outcome, payment, dispute, cancelledBy, rate, fee } = lesson;
  const changed = upToNow(lesson.changed);
  const contested = dispute !== 'NONE';
  const resolved = contested && dispute !== 'OPEN';
  const minutes = (end - start) / 60_000;
  return [
    id,
    tutor.id,
    student.id,
    subject,
    lesson.packaged ? student.id : null,
    at(start),
    at(end),
    session,
    outcome,
    payment,
    dispute,
    changed,
    cancelledBy,
    session === 'CANCELLED' ? changed : null,
    contested ? 'Not what was agreed.' : null,
    contested ? at(end + DAY / 2) : null,
    contested ? student.id : null,
    resolved ? changed : null,
    resolved ? tutor.user.id - 1 - (tutor.number % 200) : null,
    nameOf(tutor.user),
    nameOf(student),
    subjectName(subject),
    rate,
    currencyOf(tutor),
    fee,
    rate - fee,
    `{"hourly_rate_cents":${tutor.hour},"minutes":${minutes},"platform_fee_pct":20}`,
    lesson.restored ? changed : null,
    at(lesson.created),
  ];
}

function payment(lesson: Lesson, tutor: Tutor): Row | null {
  const { id, student, rate, refunded, payment: status } = lesson;
  if (lesson.packaged || status === 'PENDING' || lesson.session === 'EXPIRED') return null;
  const captured = status === 'CAPTURED' || status === 'PARTIALLY_REFUNDED' ? upToNow(lesson.changed) : null;
  const [currency, created] = [currencyOf(tutor), at(lesson.created)];
  const [charge, event] = [`pi_scale_${id}`, `evt_scale_${id}`];
  return [id, id, student.id, rate, refunded, currency, status, charge, event, created, captured, created];
}

function refund({ id, packaged: free, refunded, outcome, changed }: Lesson, tutor: Tutor): Row | null {
  if (free || refunded === 0) return null;
  const reason = outcome === 'NO_SHOW_TUTOR' ? 'NO_SHOW_TUTOR' : 'DISPUTE';
  return [id, refunded, currencyOf(tutor), reason, `re_scale_${id}`, `evt_refund_${id}`, upToNow(changed)];
}

function review(lesson: Lesson, tutor: Tutor): Row | null {
  if (lesson.outcome !== 'COMPLETED') return null;
  const c = chance(12, lesson.key);
  if (c.hit(0.45)) return null;
  const rating = Math.max(1, Math.min(5, Math.round(5.3 - 3 * c.next() * (1.2 - tutor.quality))));
  return [lesson.id, tutor.id, lesson.student.id, rating, c.pick(COMMENTS), upToNow(lesson.end + c.next() * 3 * DAY)];
}

function lessonLog({ id, student, subject, start, end, outcome, key }: Lesson, tutor: Tutor): Row | null {
  if (outcome !== 'COMPLETED' || key % 10 < 2) return null;
  const topics = `${subjectName(subject)}, part ${1 + (key % 30)}`;
  return [id, tutor.id, student.id, subject, at(start), (end - start) / 60_000, topics];
}

export function progress({ byStudent }: TutorLessons): readonly Row[] {
  return [...byStudent].flatMap(([student, lessons]) => {
    const learned = new Set(lessons.filter(({ outcome }) => outcome === 'COMPLETED').map(({ subject }) => subject));
    return SKILLS.filter(({ subject_id }) => learned.has(subject_id)).map((skill) => {
      const c = chance(13, student, skill.id);
      return [student, skill.id, (c.below(1001) / 1000).toFixed(3), at(NOW - c.below(200) * DAY)];
    });
  });
}

export function conversations({ tutor, byStudent }: TutorLessons): readonly Row[] {
  return [...byStudent].map(([student, lessons]) => {
    const times = lessons.map(({ created }) => created);
    return [student, student, tutor.user.id, upToNow(Math.max(...times) + DAY / 12), at(Math.min(...times))];
  });
}

export function* messages({ tutors }: Block): Generator<Row> {
  for (const { tutor, lessons } of tutors) {
    const teacher = tutor.user.id;
    for (const { student, subject, created, key } of lessons) {
      const about = subjectName(subject);
      const seen = created < NOW - 3 * DAY || key % 3 > 0;
      const asked = `Do you have time for ${about}?`;
      const answer = `Gladly. Bring what you did last in ${about}.`;
      const read = seen ? upToNow(created + 2 * HOUR) : null;
      yield [student.id, student.id, teacher, asked, true, upToNow(created + HOUR / 6), at(created)];
      yield [student.id, teacher, student.id, answer, seen, read, upToNow(created + HOUR)];
    }
  }
}

function notification({ id, student, session, changed }: Lesson): Row {
  const state = session.toLowerCase();
  const read = changed < NOW - 2 * DAY ? at(changed + DAY / 24) : null;
  const [type, text, data] = [`booking_${state}`, `It is ${state} now.`, `{"booking_id":${id}}`];
  return [student.id, type, 'Your lesson', text, data, read, upToNow(changed)];
}

/** A row of each lesson of the block that has one. */
function perLesson(row: (lesson: Lesson, tutor: Tutor) => Row | null): (block: Block) => Generator<Row> {
  return function* ({ tutors }) {
    for (const { tutor, lessons } of tutors) {
      for (const lesson of lessons) {
        const found = row(lesson, tutor);
        if (found !== null) yield found;
      }
    }
  };
}

export const bookings = perLesson(booking);
export const responses = perLesson(response);
export const payments = perLesson(payment);
export const refunds = perLesson(refund);
export const reviews = perLesson(review);
export const lessonLogs = perLesson(lessonLog);
export const notifications = perLesson(notification);
