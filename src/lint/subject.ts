/** What is judged: a migration as lint sees it, and what reading makes of it. */
import type { Finding, Place } from '../base/finding.ts';
import type { Direction, Script } from '../base/plan.ts';
import type { Action } from './action.ts';

/** A migration, as far as lint looks at it. */
export interface Subject {
  readonly name: string;
  readonly file: string;
  readonly up: Script;
  readonly down: Script;
  /** Every file that it is made of, by path: where ignore comments are looked for. */
  readonly sources: ReadonlyMap<string, string>;
}

/** No down of its own: it is inferred from the calls of up, and has their places. */
export function isInferred({ file, sources }: Subject): boolean {
  return !file.endsWith('.sql') && !/\bexport\b[^\n]*\bdown\b|\bexports\.down\b/.test(sources.get(file) ?? '');
}

export interface Act {
  readonly action: Action;
  /** The statement, or the one in a body that does it. */
  readonly sql: string;
  /** Where an offset in `sql` stands in the author's files. */
  readonly placeOf: (offset: number) => Place;
}

/** What one routine does when it is called. */
export interface RoutineActs {
  readonly name: string;
  readonly acts: readonly Act[];
}

export interface Read {
  readonly subject: Subject;
  readonly direction: Direction;
  readonly transactional: boolean;
  readonly acts: readonly Act[];
  readonly routines: readonly RoutineActs[];
  readonly faults: readonly Finding[];
  readonly statements: number;
}
