/**
 * A marketplace of any size for tests of speed, the same on every machine. Tables come in the order of their foreign keys; each is
 * told from the beginning, so memory does not grow with the factor.
 */
import { readFileSync } from 'node:fs';
import { chance } from './chance.ts';
import { payouts, wallets, walletTransactions } from './ledger.ts';
import { type Lesson, lessonsOf, type Tutor, tutorOf } from './lessons.ts';
import { FIRST, NOW, PLACES, peopleIn, person, shareOf, tutorsIn } from './people.ts';

type Value = string | number | boolean | null;

export interface GeneratedTable {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly Value[]>;
}

/** `factor`: 1,000 people, 200 tutors and 10,000 lessons each; a whole number from 1 on. */
export function generate({ factor }: { readonly factor: number }): readonly GeneratedTable[] {
  return TABLES.map(([table, columns, rows]) => ({ table, columns: columns.split(' '), rows: rows(factor) }));
}

const TABLES: readonly (readonly [
  table: string,
  columns: string,
  rows: (factor: number) => Iterable<readonly Value[]>,
])[] = [
  ['users', 'id email hashed_password role is_verified currency timezone last_active_at created_at', users],
  ['user_profiles', 'user_id first_name last_name country_code city created_at', profiles],
  [
    'tutor_profiles',
    'id user_id title headline bio hourly_rate currency is_approved profile_status badges created_at',
    perTutor(tutorProfile),
  ],
  ['tutor_subjects', 'tutor_profile_id subject_id level years_of_experience', perTutor(subjects)],
  ['tutor_languages', 'tutor_profile_id language_code fluency', perTutor(languages)],
  ['tutor_availabilities', 'tutor_profile_id day_of_week start_time end_time', perTutor(availabilities)],
  [
    'tutor_pricing_options',
    'tutor_profile_id title duration_minutes sessions price_cents currency validity_days',
    perTutor(pricingOptions),
  ],
  [
    'tutor_metrics',
    'tutor_profile_id accepted_count declined_count expired_count response_seconds last_response_at',
    perTutor(metrics),
  ],
  ['student_profiles', 'user_id education_level goals', studentProfiles],
  ['favorite_tutors', 'student_id tutor_profile_id', perTutor(favorites)],
  [
    'student_packages',
    'id student_id tutor_profile_id sessions_purchased sessions_used sessions_remaining purchase_price_cents currency status purchased_at',
    perTutor(packages),
  ],
  [
    'bookings',
    'id tutor_profile_id student_id subject_id package_id start_time end_time session_state session_outcome payment_state dispute_state state_changed_at ' +
      'cancelled_by_role cancelled_at dispute_reason disputed_at disputed_by resolved_at resolved_by tutor_name student_name subject_name ' +
      'rate_cents currency platform_fee_cents tutor_earnings_cents pricing_snapshot credit_restored_at created_at',
    perLesson(booking),
  ],
  [
    'tutor_response_log',
    'tutor_profile_id booking_id student_id response requested_at responded_at response_seconds',
    perLesson(response),
  ],
  [
    'payments',
    'id booking_id student_id amount_cents refunded_cents currency status provider_payment_id provider_event_id authorized_at captured_at created_at',
    perLesson(payment),
  ],
  [
    'refunds',
    'payment_id amount_cents currency reason provider_refund_id provider_event_id created_at',
    perLesson(refund),
  ],
  ['wallets', 'id kind user_id currency', wallets],
  [
    'wallet_transactions',
    'wallet_id transfer_id type amount_cents balance_after_cents booking_id created_at',
    walletTransactions,
  ],
  ['payouts', 'tutor_profile_id amount_cents currency status provider_event_id paid_at created_at', payouts],
  ['reviews', 'booking_id tutor_profile_id student_id rating comment created_at', perLesson(review)],
  [
    'lessons',
    'booking_id tutor_profile_id student_id subject_id scheduled_at duration_minutes topics',
    perLesson(lessonLog),
  ],
  ['progress', 'student_id skill_id proficiency practiced_at', perTutor(progress)],
  ['conversations', 'id student_id tutor_user_id last_message_at created_at', perTutor(conversations)],
  ['messages', 'conversation_id sender_id recipient_id body is_read read_at created_at', perLesson(messages)],
  ['notifications', 'user_id type title body data read_at created_at', perLesson(notification)],
];

interface Skill {
  readonly id: number;
  readonly subject_id: number;
}

const reference = <T>(file: string): readonly T[] =>
  JSON.parse(readFileSync(new URL(`../reference/${file}.json`, import.meta.url), 'utf8')) as T[];
const SUBJECTS = new Map(reference<{ id: number; name: string }>('10_subjects').map(({ id, name }) => [id, name]));
const SKILLS = reference<Skill>('13_skills');
const CURRENCIES = new Map(
  reference<{ code: string; minor_units: number }>('11_supported_currencies').map((c) => [c.code, c.minor_units]),
);
const PASSWORD = '$argon2id$v=19$m=65536,t=3,p=4$c2NhbGU$no-password-matches-this';
const COMMENTS = [
  'Explains patiently.',
  'Well prepared, on time.',
  'My marks went up.',
  'Friendly, and strict where it helps.',
  null,
  null,
  null,
];
const DAY = 86_400_000;

const at = (ms: number): string => new Date(ms).toISOString();
const upToNow = (ms: number): string => at(Math.min(ms, NOW));
const nameOf = ({ first, last }: { readonly first: string; readonly last: string }): string => `${first} ${last}`;
const subjectName = (id: number): string => SUBJECTS.get(id) ?? '';
const currencyOf = (tutor: Tutor): string => tutor.user.place.currency;

type Row = readonly Value[];

function perTutor(rows: (tutor: Tutor) => Row | readonly Row[]): (factor: number) => Generator<Row> {
  return function* (factor) {
    for (let number = 0; number < tutorsIn(factor); number += 1) yield* many(rows(tutorOf(number)));
  };
}

function perLesson(
  rows: (lesson: Lesson, tutor: Tutor) => Row | readonly Row[] | null,
): (factor: number) => Generator<Row> {
  return function* (factor) {
    for (let number = 0; number < tutorsIn(factor); number += 1) {
      const tutor = tutorOf(number);
      for (const lesson of lessonsOf(tutor)) yield* many(rows(lesson, tutor) ?? []);
    }
  };
}

function many(rows: Row | readonly Row[]): readonly Row[] {
  return Array.isArray(rows[0]) || rows.length === 0 ? (rows as readonly Row[]) : [rows as Row];
}

function* users(factor: number): Generator<Row> {
  for (let index = 0; index < peopleIn(factor); index += 1) {
    const c = chance(6, index);
    const { id, role, first, last, place } = person(index);
    const email = `${first}.${last}.${id}@scale.example`.toLowerCase();
    yield [
      id,
      email,
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

function* profiles(factor: number): Generator<Row> {
  for (let index = 0; index < peopleIn(factor); index += 1) {
    const { id, first, last, place } = person(index);
    yield [id, first, last, place.country, place.city, at(NOW - 400 * DAY)];
  }
}

function* studentProfiles(factor: number): Generator<Row> {
  for (let index = 0; index < peopleIn(factor); index += 1) {
    const { id, role } = person(index);
    const c = chance(7, index);
    if (role === 'student')
      yield [
        id,
        c.pick(['primary', 'secondary', 'secondary', 'undergraduate', 'adult']),
        c.hit(0.3) ? 'Pass the exam' : null,
      ];
  }
}

function tutorProfile(tutor: Tutor): Row {
  const c = chance(8, tutor.number);
  const names = tutor.subjects.map(subjectName);
  const bio = `I have taught ${names.join(' and ')} for ${1 + c.below(20)} years in ${tutor.user.place.city}. ${c.pick(['Beginners are welcome.', 'Exam preparation is what I do best.', 'We speak from the first minute.'])}`;
  const digits = CURRENCIES.get(currencyOf(tutor)) ?? 2;
  const status = c.hit(0.94) ? 'approved' : c.pick(['pending_approval', 'under_review', 'archived']);
  const badges = `{${[c.hit(0.15) ? 'top_rated' : '', c.hit(0.3) ? 'fast_responder' : ''].filter(Boolean).join(',')}}`;
  const title = `${names[0]} with ${tutor.user.first}`;
  const headline = c.pick(['Patient and clear', 'From zero to exam', 'Lessons that stay']);
  const rate = (tutor.hour / 10 ** digits).toFixed(digits);
  return [
    tutor.id,
    tutor.user.id,
    title,
    headline,
    bio,
    rate,
    currencyOf(tutor),
    status === 'approved',
    status,
    badges,
    at(tutor.since),
  ];
}

function subjects(tutor: Tutor): readonly Row[] {
  return tutor.subjects.map((subject) => [tutor.id, subject, 'all', chance(9, tutor.number, subject).below(25)]);
}

function languages(tutor: Tutor): readonly Row[] {
  const own = tutor.user.place.language;
  const other = chance(10, tutor.number).pick(PLACES).language;
  const known = [...new Set([own, 'en', other])];
  return known.map((language) => [tutor.id, language, language === own ? 'native' : 'fluent']);
}

function availabilities(tutor: Tutor): readonly Row[] {
  return tutor.rhythm.map(([day, from, until]) => [tutor.id, day, `${from}:00`, `${until}:00`]);
}

function pricingOptions(tutor: Tutor): readonly Row[] {
  return [
    [tutor.id, 'Single lesson', 60, 1, tutor.hour, currencyOf(tutor), null],
    [tutor.id, 'Five lessons', 60, 5, 5 * packaged(tutor), currencyOf(tutor), 180],
  ];
}

const packaged = (tutor: Tutor): number => Math.round((tutor.hour * 0.9) / 10) * 10;

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
  const seconds = answer === 'EXPIRED' ? 86_400 : secondsTo(lesson);
  return (
    answer && [
      tutor.id,
      lesson.id,
      lesson.student.id,
      answer,
      at(lesson.created),
      at(lesson.created + seconds * 1000),
      seconds,
    ]
  );
}

function metrics(tutor: Tutor): Row {
  const answered = lessonsOf(tutor).map((lesson) => ({ lesson, answer: responseTo(lesson) }));
  const count = (wanted: Response): number => answered.filter(({ answer }) => answer === wanted).length;
  const given = answered.filter(({ answer }) => answer === 'ACCEPTED' || answer === 'DECLINED');
  const seconds = given.reduce((sum, { lesson }) => sum + secondsTo(lesson), 0);
  const last = given.reduce((latest, { lesson }) => Math.max(latest, lesson.created + secondsTo(lesson) * 1000), 0);
  return [tutor.id, count('ACCEPTED'), count('DECLINED'), count('EXPIRED'), seconds, last === 0 ? null : at(last)];
}

function studentsOf(tutor: Tutor): readonly number[] {
  const { firstStudent, students } = shareOf(tutor.number);
  return Array.from({ length: students }, (_, i) => FIRST + firstStudent + i);
}

function favorites(tutor: Tutor): readonly Row[] {
  return studentsOf(tutor)
    .filter((student) => chance(11, student).hit(0.25))
    .map((student) => [student, tutor.id]);
}

/** The lessons of each student who has any. */
function byStudent(tutor: Tutor): ReadonlyMap<number, readonly Lesson[]> {
  const groups = new Map<number, Lesson[]>();
  for (const lesson of lessonsOf(tutor)) {
    const group = groups.get(lesson.student.id);
    if (group) group.push(lesson);
    else groups.set(lesson.student.id, [lesson]);
  }
  return groups;
}

/** A student has one tutor here, so the student's number is that of the package and of the conversation too. */
function packages(tutor: Tutor): readonly Row[] {
  return [...byStudent(tutor)].flatMap(([student, lessons]) => {
    if (!lessons[0]?.packaged) return [];
    const used = lessons.filter(({ restored }) => !restored).length;
    const bought = Math.max(5, Math.ceil(used / 5) * 5);
    const since = Math.min(...lessons.map(({ created }) => created)) - DAY;
    const status = bought === used ? 'exhausted' : 'active';
    return [
      [
        student,
        student,
        tutor.id,
        bought,
        used,
        bought - used,
        bought * packaged(tutor),
        currencyOf(tutor),
        status,
        at(since),
      ],
    ];
  });
}

function booking(lesson: Lesson, tutor: Tutor): Row {
  const { start, end, session, dispute, changed } = lesson;
  const contested = dispute === 'NONE' ? null : end + DAY / 2;
  const resolved = dispute.startsWith('RESOLVED');
  const admin = tutor.user.id - 1 - (tutor.number % 200);
  const pricing = { hourly_rate_cents: tutor.hour, minutes: (end - start) / 60_000, platform_fee_pct: 20 };
  return [
    ...[
      lesson.id,
      tutor.id,
      lesson.student.id,
      lesson.subject,
      lesson.packaged ? lesson.student.id : null,
      at(start),
      at(end),
    ],
    ...[session, lesson.outcome, lesson.payment, dispute, upToNow(changed)],
    ...[lesson.cancelledBy, session === 'CANCELLED' ? upToNow(changed) : null],
    ...(contested === null ? [null, null, null] : ['Not what was agreed.', at(contested), lesson.student.id]),
    ...(resolved ? [upToNow(changed), admin] : [null, null]),
    ...[
      nameOf(tutor.user),
      nameOf(lesson.student),
      subjectName(lesson.subject),
      lesson.rate,
      currencyOf(tutor),
      lesson.fee,
      lesson.rate - lesson.fee,
    ],
    ...[JSON.stringify(pricing), lesson.restored ? upToNow(changed) : null, at(lesson.created)],
  ];
}

function payment(lesson: Lesson, tutor: Tutor): Row | null {
  if (lesson.packaged || lesson.payment === 'PENDING' || lesson.session === 'EXPIRED') return null;
  const { id, created, changed } = lesson;
  const captured = ['CAPTURED', 'PARTIALLY_REFUNDED'].includes(lesson.payment) ? upToNow(changed) : null;
  return [
    ...[
      id,
      id,
      lesson.student.id,
      lesson.rate,
      lesson.refunded,
      currencyOf(tutor),
      lesson.payment,
      `pi_scale_${id}`,
      `evt_scale_${id}`,
    ],
    ...[at(created), captured, at(created)],
  ];
}

function refund(lesson: Lesson, tutor: Tutor): Row | null {
  if (lesson.packaged || lesson.refunded === 0) return null;
  const reason = lesson.outcome === 'NO_SHOW_TUTOR' ? 'NO_SHOW_TUTOR' : 'DISPUTE';
  return [
    lesson.id,
    lesson.refunded,
    currencyOf(tutor),
    reason,
    `re_scale_${lesson.id}`,
    `evt_refund_${lesson.id}`,
    upToNow(lesson.changed),
  ];
}

function review(lesson: Lesson, tutor: Tutor): Row | null {
  const c = chance(12, lesson.key);
  if (lesson.outcome !== 'COMPLETED' || c.hit(0.45)) return null;
  const rating = Math.max(1, Math.min(5, Math.round(5.3 - 3 * c.next() * (1.2 - tutor.quality))));
  return [lesson.id, tutor.id, lesson.student.id, rating, c.pick(COMMENTS), upToNow(lesson.end + c.next() * 3 * DAY)];
}

function lessonLog(lesson: Lesson, tutor: Tutor): Row | null {
  if (lesson.outcome !== 'COMPLETED' || lesson.key % 10 < 2) return null;
  const topics = `${subjectName(lesson.subject)}, part ${1 + (lesson.key % 30)}`;
  return [
    lesson.id,
    tutor.id,
    lesson.student.id,
    lesson.subject,
    at(lesson.start),
    (lesson.end - lesson.start) / 60_000,
    topics,
  ];
}

function progress(tutor: Tutor): readonly Row[] {
  return [...byStudent(tutor)].flatMap(([student, lessons]) => {
    const learned = new Set(lessons.filter(({ outcome }) => outcome === 'COMPLETED').map(({ subject }) => subject));
    return SKILLS.filter(({ subject_id }) => learned.has(subject_id)).map((skill) => {
      const c = chance(13, student, skill.id);
      return [student, skill.id, (c.below(1001) / 1000).toFixed(3), at(NOW - c.below(200) * DAY)];
    });
  });
}

function conversations(tutor: Tutor): readonly Row[] {
  return [...byStudent(tutor)].map(([student, lessons]) => {
    const times = lessons.map(({ created }) => created);
    return [student, student, tutor.user.id, upToNow(Math.max(...times) + DAY / 12), at(Math.min(...times))];
  });
}

function messages(lesson: Lesson, tutor: Tutor): readonly Row[] {
  const { student, created, key } = lesson;
  const seen = created < NOW - 3 * DAY || key % 3 > 0;
  const read = seen ? upToNow(created + 2 * 3_600_000) : null;
  const about = subjectName(lesson.subject);
  return [
    [
      student.id,
      student.id,
      tutor.user.id,
      `Do you have time for ${about}?`,
      true,
      upToNow(created + 600_000),
      at(created),
    ],
    [
      student.id,
      tutor.user.id,
      student.id,
      `Gladly. Bring what you did last in ${about}.`,
      seen,
      read,
      upToNow(created + 3_600_000),
    ],
  ];
}

function notification(lesson: Lesson): Row {
  const type = `booking_${lesson.session.toLowerCase()}`;
  const read = lesson.changed < NOW - 2 * DAY ? at(lesson.changed + DAY / 24) : null;
  const data = JSON.stringify({ booking_id: lesson.id });
  return [
    lesson.student.id,
    type,
    'Your lesson',
    `It is ${lesson.session.toLowerCase()} now.`,
    data,
    read,
    upToNow(lesson.changed),
  ];
}
