/**
 * A block of 1,000 people with all that several tables are told from, derived once: tutors, their lessons, what became of each lesson's
 * money. Tables come block by block, so that only one block is ever held.
 */
import { type Move, movesOf } from './ledger.ts';
import { type Lesson, lessonsOf, type Tutor, tutorOf } from './lessons.ts';
import { BLOCK, type Person, person, TUTORS } from './people.ts';

export interface Block {
  readonly number: number;
  readonly people: readonly Person[];
  readonly tutors: readonly TutorLessons[];
}

export interface TutorLessons {
  readonly tutor: Tutor;
  readonly lessons: readonly Lesson[];
  /** The lessons of each student who has any, by the student's id. */
  readonly byStudent: ReadonlyMap<number, readonly Lesson[]>;
  readonly moves: readonly Move[];
}

/** Blocks by number, from 0; the last one that was asked for is kept. */
export function blocks(): (number: number) => Block {
  let held: Block | null = null;
  return (number) => {
    if (held?.number !== number) held = blockOf(number);
    return held;
  };
}

function blockOf(number: number): Block {
  const people = Array.from({ length: BLOCK }, (_, i) => person(number * BLOCK + i));
  const tutors = Array.from({ length: TUTORS }, (_, i) => {
    const tutor = tutorOf(number * TUTORS + i, people);
    const lessons = lessonsOf(tutor, people);
    return { tutor, lessons, byStudent: byStudent(lessons), moves: movesOf(lessons) };
  });
  return { number, people, tutors };
}

function byStudent(lessons: readonly Lesson[]): ReadonlyMap<number, readonly Lesson[]> {
  const groups = new Map<number, Lesson[]>();
  for (const lesson of lessons) {
    const group = groups.get(lesson.student.id);
    if (group) group.push(lesson);
    else groups.set(lesson.student.id, [lesson]);
  }
  return groups;
}
