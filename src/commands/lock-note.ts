/** A lock of a planned statement, as data and in words. Apart from what finds it, which needs the parser. */
import type { LockLevel } from '../lint/action.ts';
import type { Work } from '../lint/locks.ts';
import type { Measured, MeasuredRelation } from '../migrate/measure.ts';
import { mebibytes } from './size.ts';

export interface LockNote {
  /** As a reader would write it. */
  readonly relation: string;
  readonly schema: string;
  readonly name: string;
  readonly lock: LockLevel;
  readonly work: Work;
  /** About; null: not known, or the relation is not there yet. */
  readonly rows: number | null;
  /** On disk, with indexes, TOAST and partitions; null: not known. */
  readonly bytes: number | null;
  /** False: this run creates it, so nobody waits. */
  readonly exists: boolean;
  /** False: it stands in a DO block, behind a condition perhaps. */
  readonly certain: boolean;
}

const WORDS: Readonly<Record<Work, string>> = {
  metadata: 'for a moment',
  rows: 'and the rows it changes until COMMIT',
  scan: 'while it reads every row',
  rewrite: 'while it writes every row anew',
};

/** `users: ACCESS EXCLUSIVE while it reads every row (about 2,000 rows, 1.2 MiB)`. */
export function lockText({ relation, lock, work, rows, bytes, certain }: LockNote): string {
  const facts = [
    ...(rows === null ? [] : [`about ${rows.toLocaleString('en-US')} rows`]),
    ...(bytes === null ? [] : [mebibytes(bytes)]),
  ];
  return `${relation}: ${lock} ${WORDS[work]}${certain ? '' : ', if the block comes to it'}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
}

/** `measured in 3.1 ms: users: ACCESS EXCLUSIVE, rewrite`. What is read like by every query is left out. */
export function measuredText({ milliseconds, relations, sampled }: Measured): string {
  const told = relations.filter(isWorthTelling).map(({ schema, name, lock, work }) => {
    const relation = schema === 'public' ? name : `${schema}.${name}`;
    return `${relation}: ${lock}, ${work}`;
  });
  const how = sampled ? 'seen while it ran' : 'locks on tables that were there';
  return `measured in ${milliseconds.toFixed(1)} ms, ${how}: ${told.join('; ') || 'none'}`;
}

function isWorthTelling({ lock, taken, work }: MeasuredRelation): boolean {
  return (taken && lock !== 'ACCESS SHARE' && lock !== 'ROW SHARE') || work === 'scan' || work === 'rewrite';
}
