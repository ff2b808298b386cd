/**
 * The short way of a cycle: a look at the catalog before each COMMIT, in the message that runs the statements, proves most
 * migrations clean without reading a Snapshot.
 *
 * One that only adds is clean when none of its looks finds an old row touched, when down leaves nothing young, and when both
 * ups made rows that say the same. One that touches old rows is rolled back first, and what those rows say is kept; it is
 * clean when down leaves young rows that say the same, and no further old row was touched.
 */
import { type Direction, isPlain } from '../base/plan.ts';
import type { Session } from '../pg/pool.ts';
import {
  BEGIN_COUNTED,
  COLUMNS,
  columnsAreUntouched,
  columnsLookedAt,
  type Known,
  knownAfter,
  type Look,
  lookOf,
  olderRows,
  question,
  toldOfTouched,
} from './cycle-look.ts';
import type { CompiledMigration } from './model.ts';
import { commit, mayPrepare, ReplayFailure, replayAndAsk } from './replay.ts';

/**
 * `clean`: with what is known afterwards. `suspect`: something differs, or failed. `long way`: it cannot be judged so; nothing
 * of it has happened. `unsure`: this migration, or one since columns were looked at whole, changed columns unnoticed. `hangs`: it
 * failed, and the long way would only wait as long again.
 */
export type Short =
  | { readonly kind: 'clean'; readonly known: Known }
  | { readonly kind: 'suspect' | 'long way' | 'unsure' }
  | Hangs;

interface Hangs {
  readonly kind: 'hangs';
  readonly step: 'up' | 'down' | 'up again';
  readonly failure: ReplayFailure;
}

/** A look, and how many rows of each catalog are older than the first up. */
interface Seen {
  readonly look: Look;
  readonly older: ReadonlyMap<string, number>;
}

export interface Work {
  readonly session: Session;
  readonly migration: CompiledMigration;
  readonly known: Known;
  /** True: columns are always looked at whole. */
  readonly careful: boolean;
  readonly signal: AbortSignal;
}

/** Rows of columns that are made before all columns are looked at. */
const RECENT_COLUMNS = 1000;

/** Throws what is no failure of the migration. */
export async function shortWay(work: Work): Promise<Short> {
  try {
    return await judge(work);
  } catch (thrown) {
    if (thrown instanceof Hung) return { kind: 'hangs', step: thrown.step, failure: thrown.failure };
    throw thrown;
  }
}

/** Leaves the short way from wherever it is. */
class Hung extends Error {
  readonly step: Hangs['step'];
  readonly failure: ReplayFailure;

  constructor(step: Hangs['step'], failure: ReplayFailure) {
    super(failure.message, { cause: failure });
    this.step = step;
    this.failure = failure;
  }
}

async function judge(work: Work): Promise<Short> {
  const { session, migration, known, signal } = work;
  const begun = await firstUp(work);
  if (begun.kind !== 'open') return begun;
  const { first, before } = begun;
  const since = first.look.transaction;
  const touched = (catalog: string): boolean => first.older.get(catalog) !== known.rows.get(catalog);
  const whole = first.look.catalogs.flatMap(({ catalog, young, fresh }) =>
    young !== fresh || touched(catalog) ? catalog : [],
  );
  const down = await step(work, { direction: 'down', committing: 'up', since, whole, first: first.look });
  if (down === null || !isAsOld(down, first) || !saysTheSame(down.look.lines, before)) return { kind: 'suspect' };
  const again = await step(work, { direction: 'up', committing: 'down', since, whole });
  if (again === null || !isAsOld(again, first) || !saysTheSame(again.look.lines, first.look.lines)) {
    return { kind: 'suspect' };
  }
  if ((await unlessItFails(commit(session, migration, 'up'), signal)) === null) return { kind: 'suspect' };
  const after = knownAfter(again.look, known, since);
  const columns = again.look.catalogs.find(({ catalog }) => catalog === COLUMNS);
  if (columns?.behind !== null && after.columns.recent <= RECENT_COLUMNS) return { kind: 'clean', known: after };
  // What this one changed was looked at whole, and all before it when it began.
  const isSure = work.careful || touched(COLUMNS) || (await columnsAreUntouched(session, after));
  return isSure ? { kind: 'clean', known: columnsLookedAt(after) } : { kind: 'unsure' };
}

/** Both directions are statements in a transaction: only those can be rolled back after a look. */
export function goesShort({ up, down }: CompiledMigration): boolean {
  return [up, down].every((script) => isPlain(script) && !mayPrepare(script));
}

/** It could switch off what the looks rely on, itself or by a routine that it makes for others. */
export function hidesChanges({ up, down }: CompiledMigration): boolean {
  return [up, down].some(
    (script) => script.kind === 'statements' && script.statements.some(({ sql }) => /track_counts/i.test(sql)),
  );
}

/** `open`: after up, in its transaction; `before`: what the old rows said that it touched. Otherwise it is rolled back. */
type Begun =
  | { readonly kind: 'open'; readonly first: Seen; readonly before: readonly string[] }
  | { readonly kind: 'long way' | 'unsure' };

async function firstUp(work: Work): Promise<Begun> {
  const { session, known } = work;
  const first = await step(work, { direction: 'up', whole: [] });
  if (first !== null && isAsOld(first, { older: known.rows })) return { kind: 'open', first, before: [] };
  await session.query('ROLLBACK');
  if (first === null) return { kind: 'long way' };
  const touched = [...known.rows].filter(([catalog, rows]) => first.older.get(catalog) !== rows);
  const whole = touched.map(([catalog]) => catalog);
  if (whole.includes(COLUMNS) && !(await columnsAreUntouched(session, known))) return { kind: 'unsure' };
  const told = await toldOfTouched(session, { since: first.look.transaction, known, whole });
  const isTold = touched.every(([catalog, rows]) => {
    const now = told.catalogs.find((each) => each.catalog === catalog);
    return now?.every === rows && now.young === rows - (first.older.get(catalog) ?? 0);
  });
  const second = isTold ? await step(work, { direction: 'up', whole }) : null;
  if (second !== null && isAsOld(second, first)) return { kind: 'open', first: second, before: told.lines };
  await session.query('ROLLBACK');
  return { kind: 'long way' };
}

interface Step {
  readonly direction: Direction;
  /** What is committed first. */
  readonly committing?: Direction;
  readonly since?: string;
  readonly whole: readonly string[];
  /** The look after up, when this is down. */
  readonly first?: Look;
}

/** Null: it failed, or a look cannot judge it. */
async function step(work: Work, { direction, committing, since, whole, first }: Step): Promise<Seen | null> {
  const { session, migration, known, careful, signal } = work;
  const asked = { ...(since === undefined ? {} : { since }), known };
  const some = question({ ...asked, whole: careful ? [...whole, COLUMNS] : whole });
  const asking = { opening: BEGIN_COUNTED, question: some, committing };
  const called = committing === 'down' ? 'up again' : direction;
  const results = await unlessItFails(replayAndAsk(session, migration, direction, asking), signal, called);
  if (results === null) return null;
  const look = lookOf(results);
  if (look.others !== false) return null;
  const older = olderRows(look, known, first);
  if (older !== null) return { look, older };
  const all = lookOf(await session.batch(question({ ...asked, whole: 'all' }).join(';\n')));
  return { look: all, older: olderRows(all, known) ?? new Map() };
}

function isAsOld({ older }: Seen, before: Pick<Seen, 'older'>): boolean {
  return [...before.older].every(([catalog, rows]) => older.get(catalog) === rows);
}

function saysTheSame(lines: readonly string[], others: readonly string[]): boolean {
  return lines.join('\n') === others.join('\n');
}

/** Null: it failed. A failure is told by the long way, which meets it again. */
async function unlessItFails<T>(work: Promise<T>, signal: AbortSignal, called?: Hangs['step']): Promise<T | null> {
  try {
    return await work;
  } catch (thrown) {
    // A cancelled statement fails too, and must not be tried again.
    signal.throwIfAborted();
    if (thrown instanceof ReplayFailure && thrown.hung && called) throw new Hung(called, thrown);
    if (thrown instanceof ReplayFailure) return null;
    throw thrown;
  }
}
