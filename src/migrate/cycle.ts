/**
 * The cycle: each migration up, down and up again on a scratch database, with the catalog compared after each step.
 *
 * Reading a whole Snapshot four times per migration would take most of the time, so a look at the catalog's rows comes
 * first (cycle-short.ts): a migration that changes what looks can see, whose down takes back exactly that, and whose second
 * run says the same words again, is proved clean by it. What looks cannot judge is rolled back at once and goes the long way, with
 * Snapshots. When the short way finds a difference, the caller starts over on a fresh
 * database with this migration on the long way, so that a difference is always told from Snapshots. With `data`, rows are
 * compared as well, and everything goes the long way: what it puts in must be committed before the first up.
 */
import type { Change } from '../catalog/change.ts';
import { compare } from '../catalog/compare.ts';
import type { Snapshot } from '../catalog/model.ts';
import type { Session } from '../pg/pool.ts';
import type { CompileOptions } from './compile.ts';
import { type CycleData, type DataResult, type DataWatch, watchData } from './cycle-data.ts';
import { columnsAreUntouched, type Known, knownNow, prepareLook } from './cycle-look.ts';
import { goesShort, hidesChanges, shortWay } from './cycle-short.ts';
import type { CompiledMigration } from './model.ts';
import { mayPrepare, ReplayFailure, replay } from './replay.ts';

/** What the cycle of one migration showed. */
export type CycleResult = {
  readonly migration: CompiledMigration;
  /** Null: rows were not compared, or no down was reached. */
  readonly data: DataResult | null;
} & (
  | { readonly kind: 'clean' }
  | { readonly kind: 'irreversible'; readonly reason: string }
  /** The catalogs differ, or rows do: before up against after down, or after up against after up again. */
  | { readonly kind: 'differs'; readonly restored: readonly Change[]; readonly repeated: readonly Change[] }
  /** `restored`: what the down left behind, which may be why the second up fails. */
  | {
      readonly kind: 'failed';
      readonly step: 'up' | 'down' | 'up again';
      readonly failure: ReplayFailure;
      readonly restored: readonly Change[];
    }
);

export interface CycleOptions {
  readonly migrations: readonly CompiledMigration[];
  /** How many are applied without a look: they were cycled before. */
  readonly from: number;
  /** How many to stop after, of all. */
  readonly until: number;
  /** Names that must go the long way. */
  readonly thorough: ReadonlySet<string>;
  /** Columns changed once where no look had seen them: from now on, every look takes them all in. */
  readonly careful: boolean;
  /** Compares rows as well. Default: the catalog only. */
  readonly data?: CycleData | undefined;
  readonly compile: CompileOptions;
  readonly read: (session: Session) => Promise<Snapshot>;
  readonly onResult: (result: CycleResult) => void;
  readonly signal: AbortSignal;
}

/** Where a chain ended: at the end, or at a migration after which the database is not what the files promise. */
export interface ChainEnd {
  /** Migrations that need no further look. */
  readonly done: number;
  /** The name of a migration to look at again: the long way, or without rows that were put in. */
  readonly suspect: string | null;
  /** Set when columns were changed where no look had seen them: those behind `done` must be cycled once more, carefully. */
  readonly careful?: true;
}

/** Cycles on an empty database, as far as that database can be trusted. Throws a ReplayFailure when `from` cannot be reached. */
export async function cycleChain(session: Session, options: CycleOptions): Promise<ChainEnd> {
  const { migrations, from, until, signal } = options;
  for (const migration of migrations.slice(0, from)) {
    signal.throwIfAborted();
    await replay(session, migration, 'up', options);
  }
  await prepareLook(session);
  const short = !options.data && !migrations.some(hidesChanges);
  let known: Known | null = null;
  let before: Snapshot | null = null;
  // Up to here, nothing was changed unnoticed.
  let sure = from;
  const unsure = (): ChainEnd => ({ done: sure, suspect: null, careful: true });
  for (let done = from; done < until; done += 1) {
    const migration = migrations[done];
    if (!migration) break;
    signal.throwIfAborted();
    if (short && goesShort(migration) && !options.thorough.has(migration.file.name)) {
      known ??= await knownNow(session);
      const judged = await shortWay({ session, migration, known, careful: options.careful, signal });
      if (judged.kind === 'suspect') return { done, suspect: migration.file.name };
      if (judged.kind === 'unsure') return unsure();
      if (judged.kind === 'hangs') {
        const { step, failure } = judged;
        options.onResult({ kind: 'failed', migration, data: null, step, failure, restored: [] });
        return { done: done + 1, suspect: null };
      }
      if (judged.kind === 'clean') {
        [known, before] = [judged.known, null];
        if (known.columns.since === null) sure = done + 1;
        options.onResult({ kind: 'clean', migration, data: null });
        continue;
      }
    }
    if (known && !(await columnsAreUntouched(session, known))) return unsure();
    const { result, after } = await longWay(session, migration, before, options);
    if (result === 'refuses rows') return { done, suspect: migration.file.name };
    if (mayPrepare(migration.up) || mayPrepare(migration.down)) await prepareLook(session);
    options.onResult(result);
    if (after === null) return { done: done + 1, suspect: null };
    [known, before, sure] = [null, after, done + 1];
  }
  if (known && !(await columnsAreUntouched(session, known))) return unsure();
  return { done: until, suspect: null };
}

/** `after`: the Snapshot it leaves; null when the database cannot be used further. */
interface Long {
  readonly result: CycleResult | 'refuses rows';
  readonly after: Snapshot | null;
}

async function longWay(
  session: Session,
  migration: CompiledMigration,
  known: Snapshot | null,
  options: CycleOptions,
): Promise<Long> {
  const { read } = options;
  let step: 'up' | 'down' | 'up again' = 'up';
  let restored: readonly Change[] = [];
  let watch: DataWatch | null = null;
  try {
    const irreversible = migration.down.kind === 'irreversible' ? migration.down : null;
    const before = irreversible ? null : (known ?? (await read(session)));
    if (before && options.data) watch = await watchData(session, before, options.data, migration);
    await replay(session, migration, 'up', options);
    const first = await read(session);
    if (irreversible || before === null) {
      const reason = irreversible?.reason ?? '';
      return { result: { kind: 'irreversible', migration, data: null, reason }, after: first };
    }
    await watch?.look('up', session, first);
    step = 'down';
    await replay(session, migration, 'down', options);
    const between = await read(session);
    restored = compare(before, between);
    await watch?.look('down', session, between);
    step = 'up again';
    await replay(session, migration, 'up', options);
    const second = await read(session);
    await watch?.look('up again', session, second);
    const repeated = compare(first, second);
    const data = watch?.result() ?? null;
    const differences = [restored, repeated, data?.lost ?? [], data?.unlike ?? []];
    if (differences.every(({ length }) => length === 0)) {
      return { result: { kind: 'clean', migration, data }, after: second };
    }
    return { result: { kind: 'differs', migration, data, restored, repeated }, after: null };
  } catch (failure) {
    options.signal.throwIfAborted();
    if (!(failure instanceof ReplayFailure)) throw failure;
    const { data } = options;
    if (step === 'up' && data?.fill && !data.bare.has(migration.file.name)) {
      data.onRefusal(migration, failure);
      return { result: 'refuses rows', after: null };
    }
    return {
      result: { kind: 'failed', migration, data: watch?.result() ?? null, step, failure, restored },
      after: null,
    };
  }
}
