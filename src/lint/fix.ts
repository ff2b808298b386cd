/**
 * `lint --fix`: what is mechanical, done. A migration that is not applied yet is edited where it stands, and what must run
 * without a transaction or later becomes migrations behind all others. Where that is not certainly the same, nothing is
 * changed and the reason told; the finding's own hint has the code then.
 */
import type { Finding } from '../base/finding.ts';
import { statementsOf } from '../base/plan.ts';
import { type Candidate, candidatesOf, type Left } from './candidates.ts';
import { concurrentOption, type Edit, edited, removal, replacement } from './edit.ts';
import type { Facts } from './facts.ts';
import type { Subject } from './subject.ts';

/** A migration to be added; `words` say what it does: `add_orders_validate`. */
export interface FollowUp {
  readonly words: string;
  /** Outside a transaction. */
  readonly alone: boolean;
  readonly up: readonly string[];
  readonly down: readonly string[];
}

export interface Fix {
  readonly subject: Subject;
  /** New text by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly followUps: readonly FollowUp[];
  readonly mended: readonly Finding[];
}

export type { Left } from './candidates.ts';

export interface Fixes {
  readonly fixes: readonly Fix[];
  readonly left: readonly Left[];
}

/** `subjects`: every pending migration in order; `findings`: those that no comment accepts. */
export async function fixesFor(
  subjects: readonly Subject[],
  findings: readonly Finding[],
  facts: Facts,
): Promise<Fixes> {
  const fixes: Fix[] = [];
  const left: Left[] = [];
  for (const [index, subject] of subjects.entries()) {
    const [earlier, later] = [saysOf(subjects.slice(0, index)), saysOf(subjects.slice(index + 1))];
    const found = await candidatesOf(subject, findings, facts, { earlier, later });
    left.push(...found.left);
    const fix = found.candidates.length > 0 ? assembled(subject, found.candidates) : null;
    if (fix) fixes.push(fix);
    else left.push(...found.candidates.map(({ finding }) => ({ finding, why: 'its edits would overlap' })));
  }
  return { fixes, left };
}

function saysOf(subjects: readonly Subject[]): readonly string[] {
  return subjects.flatMap(({ up }) => statementsOf(up).map(({ sql }) => sql));
}

/** Null when two edits meet. */
function assembled(subject: Subject, candidates: readonly Candidate[]): Fix | null {
  const edits = new Map<string, Edit[]>();
  const add = (file: string, edit: Edit | null): unknown => edit && edits.set(file, [...(edits.get(file) ?? []), edit]);
  for (const one of candidates) {
    const source = subject.sources.get(one.file) ?? '';
    if (!one.stays) add(one.file, removal(source, one.site));
    else
      add(
        one.file,
        (one.recipe.alone && concurrentOption(source, one.site)) || replacement(source, one.site, one.recipe.safe),
      );
    if (one.down) add(one.down.file, downEdit(subject, one, one.down));
  }
  const texts = new Map<string, string>();
  for (const [file, list] of edits) {
    const text = edited(subject.sources.get(file) ?? '', list);
    if (text === null) return null;
    texts.set(file, text);
  }
  return {
    subject,
    texts,
    followUps: followUpsOf(subject, candidates),
    mended: candidates.map(({ finding }) => finding),
  };
}

function downEdit(subject: Subject, { stays, recipe }: Candidate, down: NonNullable<Candidate['down']>): Edit | null {
  const source = subject.sources.get(down.file) ?? '';
  if (!stays) return removal(source, down.site);
  if (!recipe.instead) return null;
  const option = recipe.alone ? concurrentOption(source, down.site) : null;
  return option ?? replacement(source, down.site, [recipe.instead(down.sql)]);
}

function followUpsOf({ name }: Subject, candidates: readonly Candidate[]): readonly FollowUp[] {
  const words = name.replace(/^[\d.]+[_-]/, '').replace(/\.up$/, '');
  const moved = candidates.filter(({ stays }) => !stays);
  const undone = (list: readonly Candidate[]): readonly string[] =>
    list.toReversed().map(({ recipe, down }) => recipe.undo ?? recipe.instead?.(down?.sql ?? '') ?? '');
  const group = (ending: string, list: readonly Candidate[], alone: boolean): FollowUp => ({
    words: `${words}_${ending}`,
    alone,
    up: list.flatMap(({ recipe }) => recipe.safe),
    down: undone(list),
  });
  const later = candidates.flatMap(({ recipe }) => recipe.after ?? []);
  const validate: FollowUp = {
    words: `${words}_validate`,
    alone: false,
    // Every scan before the first strong lock.
    up: [...later.flatMap(({ up }) => up.slice(0, 1)), ...later.flatMap(({ up }) => up.slice(1))],
    down: later.toReversed().flatMap(({ down }) => down),
  };
  return [
    group(
      'not_valid',
      moved.filter(({ recipe }) => !recipe.alone),
      false,
    ),
    group(
      'concurrently',
      moved.filter(({ recipe }) => recipe.alone),
      true,
    ),
    validate,
  ].filter(({ up }) => up.length > 0);
}
