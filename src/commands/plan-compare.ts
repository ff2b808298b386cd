/** What the rules foretold of a statement against what a rehearsal measured. Pure. */
import { type Finding, finding } from '../base/finding.ts';
import type { Statement } from '../base/plan.ts';
import { LOCK_LEVELS, type Measured, type MeasuredRelation } from '../migrate/measure.ts';
import type { LockNote } from './lock-note.ts';

/** One finding for each table of which the rules and the server say different things; none: they agree. */
export function differences(
  migration: string,
  statement: Statement,
  foretold: readonly LockNote[],
  measured: Measured,
): readonly Finding[] {
  const found = measured.relations.flatMap((relation) => {
    const notes = foretold.filter(({ schema, name }) => schema === relation.schema && name === relation.name);
    return lockDifference(notes, relation, measured) ?? workDifference(notes, relation) ?? [];
  });
  return found.map(({ relation, text }) =>
    finding({
      code: 'plan/measured-otherwise',
      level: 'warning',
      subject: migration,
      message: `${relation}: ${text}`,
      hint: 'Go by what was measured. If your server says so too, the rule is wrong: please report the statement.',
      place: statement.place,
    }),
  );
}

interface Difference {
  readonly relation: string;
  readonly text: string;
}

/** Weaker locks hurt no query: rules do not tell them. */
const TOLD = LOCK_LEVELS.indexOf('ROW EXCLUSIVE');

function lockDifference(
  notes: readonly LockNote[],
  relation: MeasuredRelation,
  { sampled }: Measured,
): Difference | null {
  const held = LOCK_LEVELS.indexOf(relation.lock);
  const said = Math.max(-1, ...notes.map(({ lock }) => LOCK_LEVELS.indexOf(lock)));
  // What the transaction held before says nothing about this statement, but that it needs no more.
  const more = relation.taken && held > said && held >= TOLD;
  // A DO block need not come to what it holds.
  const sure = Math.max(-1, ...notes.filter(({ certain }) => certain).map(({ lock }) => LOCK_LEVELS.indexOf(lock)));
  const less = !sampled && sure > held;
  if (!more && !less) return null;
  return {
    relation: nameOf(relation),
    text: `${LOCK_LEVELS[said] ?? 'no lock'} is foretold, ${relation.lock} was measured`,
  };
}

const WEIGHT = { metadata: 0, scan: 1, rewrite: 2 } as const;

function workDifference(notes: readonly LockNote[], relation: MeasuredRelation): Difference | null {
  if (notes.some(({ certain }) => !certain)) return null;
  const works = notes.flatMap(({ work }) => (work === 'rows' ? [] : [work]));
  if (works.length === 0 || relation.work === 'rows' || works.length < notes.length) return null;
  const said = works.reduce((heaviest, work) => (WEIGHT[work] > WEIGHT[heaviest] ? work : heaviest));
  const measured = relation.work;
  // An empty table is not always looked into: that no scan was seen proves nothing then.
  if (said === measured || (said === 'scan' && measured === 'metadata' && !relation.filled)) return null;
  return { relation: nameOf(relation), text: `${WORK[said]} is foretold, ${WORK[measured]} was measured` };
}

const WORK = { metadata: 'a change of metadata alone', scan: 'a scan', rewrite: 'a rewrite' } as const;

function nameOf({ schema, name }: MeasuredRelation): string {
  return schema === 'public' ? name : `${schema}.${name}`;
}
