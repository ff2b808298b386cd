/** A lock of a planned statement, as data and in words. Apart from what finds it, which needs the parser. */
import type { LockLevel } from '../lint/action.ts';
import type { Work } from '../lint/locks.ts';

export interface LockNote {
  readonly relation: string;
  readonly lock: LockLevel;
  readonly work: Work;
  /** About; null: not known, or the relation is not there yet. */
  readonly rows: number | null;
  /** False: this run creates it, so nobody waits. */
  readonly exists: boolean;
}

const WORDS: Readonly<Record<Work, string>> = {
  metadata: 'for a moment',
  rows: 'and the rows it changes until COMMIT',
  scan: 'while it reads every row',
  rewrite: 'while it writes every row anew',
};

/** `users: ACCESS EXCLUSIVE while it reads every row (about 2,000)`. */
export function lockText({ relation, lock, work, rows }: LockNote): string {
  const many = rows === null ? '' : ` (about ${rows.toLocaleString('en-US')})`;
  return `${relation}: ${lock} ${WORDS[work]}${work === 'metadata' ? '' : many}`;
}
