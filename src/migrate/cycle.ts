/**
 * The cycle: each migration up, down and up again on a scratch database, with the catalog compared after each step.
 *
 * Reading a whole Snapshot four times per migration would take most of the time, so the catalog's rows are asked first:
 * a migration that only adds rows, whose down takes away exactly those, and whose second run says the same words again,
 * is proved clean by sums. Every other migration (it touched a row that was there before) is rolled back at once and
 * goes the long way, with Snapshots. When the short way finds a difference, the caller starts over on a fresh database
 * with this migration on the long way, so that a difference is always told from Snapshots.
 */
import type { Change } from '../catalog/change.ts';
import { compare } from '../catalog/compare.ts';
import type { Snapshot } from '../catalog/model.ts';
import type { Session } from '../pg/pool.ts';
import type { CompileOptions } from './compile.ts';
import type { CompiledMigration } from './model.ts';
import { mayPrepare, ReplayFailure, replay } from './replay.ts';
import freshText from './sql/catalog-fresh.sql';
import rowsText from './sql/catalog-rows.sql';

/** What the cycle of one migration showed. */
export type CycleResult = { readonly migration: CompiledMigration } & (
  | { readonly kind: 'clean' }
  | { readonly kind: 'irreversible'; readonly reason: string }
  /** The catalogs differ: before up against after down, or after up against after up again. */
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
  readonly compile: CompileOptions;
  readonly read: (session: Session) => Promise<Snapshot>;
  readonly onResult: (result: CycleResult) => void;
  readonly signal: AbortSignal;
}

/** Where a chain ended: at the end, or at a migration after which the database is not what the files promise. */
export interface ChainEnd {
  /** Migrations that need no further look. */
  readonly done: number;
  /** The name of a migration to look at again, the long way. */
  readonly suspect: string | null;
}

/** Cycles on an empty database, as far as that database can be trusted. Throws a ReplayFailure when `from` cannot be reached. */
export async function cycleChain(session: Session, options: CycleOptions): Promise<ChainEnd> {
  const { migrations, from, until, signal } = options;
  for (const migration of migrations.slice(0, from)) {
    signal.throwIfAborted();
    await replay(session, migration, 'up', options);
  }
  await prepare(session);
  let known: Snapshot | null = null;
  let before: string | null = null;
  for (let done = from; done < until; done += 1) {
    const migration = migrations[done];
    if (!migration) break;
    signal.throwIfAborted();
    const thorough = options.thorough.has(migration.file.name);
    const short: Short = thorough ? LONG_WAY : await shortWay(session, migration, { ...options, before });
    if (short.kind === 'suspect') return { done, suspect: migration.file.name };
    if (short.kind === 'clean') {
      [known, before] = [null, short.every];
      options.onResult({ kind: 'clean', migration });
      continue;
    }
    before = null;
    const { result, after } = await longWay(session, migration, known, options);
    if (mayPrepare(migration.up) || mayPrepare(migration.down)) await prepare(session);
    options.onResult(result);
    if (after === null) return { done: done + 1, suspect: null };
    known = after;
  }
  return { done: until, suspect: null };
}

/** Planned once: planning these two takes longer than running them. */
async function prepare(session: Session): Promise<void> {
  const texts = [`PREPARE strata_rows (int8) AS ${rowsText}`, `PREPARE strata_fresh (int8) AS ${freshText}`];
  await session.batch(['DEALLOCATE ALL', ...texts].join(';\n'));
}

interface Rows {
  readonly old: string;
  readonly fresh: number;
  /** Old and fresh together: what is old to the next migration. */
  readonly every: string;
}

/** `suspect`: a sum differs. `long way`: it cannot be judged by sums; nothing of it has happened. */
type Short = { readonly kind: 'suspect' | 'long way' } | { readonly kind: 'clean'; readonly every: string };

const SUSPECT: Short = { kind: 'suspect' };
const LONG_WAY: Short = { kind: 'long way' };

/** `before`: the sum of all rows when it is known from the migration before. */
async function shortWay(
  session: Session,
  migration: CompiledMigration,
  options: CycleOptions & { readonly before: string | null },
): Promise<Short> {
  if (!isPlain(migration)) return LONG_WAY;
  const since = await nextTransaction(session);
  const before = options.before ?? (await rowsSince(session, since)).every;
  const beforeCommit = async (): Promise<boolean> => (await rowsSince(session, since)).old === before;
  if (!(await quietly(options.signal, () => replay(session, migration, 'up', { ...options, beforeCommit }))))
    return LONG_WAY;
  const first = await freshHash(session, since);
  if (!(await quietly(options.signal, () => replay(session, migration, 'down', options)))) return SUSPECT;
  const between = await rowsSince(session, since);
  if (between.old !== before || between.fresh > 0) return SUSPECT;
  const again = await nextTransaction(session);
  if (!(await quietly(options.signal, () => replay(session, migration, 'up', options)))) return SUSPECT;
  const after = await rowsSince(session, again);
  return after.old === before && (await freshHash(session, again)) === first
    ? { kind: 'clean', every: after.every }
    : SUSPECT;
}

/** Both directions are statements in a transaction: only those can be rolled back after a look. */
function isPlain({ up, down }: CompiledMigration): boolean {
  return [up, down].every((script) => script.kind === 'statements' && script.transactional && !mayPrepare(script));
}

/** A failure is told by the long way, which meets it again. */
async function quietly(signal: AbortSignal, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (thrown) {
    // A cancelled statement fails too, and must not be tried again.
    signal.throwIfAborted();
    if (thrown instanceof ReplayFailure) return false;
    throw thrown;
  }
}

async function nextTransaction(session: Session): Promise<string> {
  const [row] = await session.query<{ next: string }>(
    'SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::int8 & 4294967295)::text AS next',
  );
  return row?.next ?? '0';
}

async function rowsSince(session: Session, transaction: string): Promise<Rows> {
  const [row] = await session.query<Partial<Rows>>(`EXECUTE strata_rows (${transaction})`);
  return { old: row?.old ?? '', fresh: row?.fresh ?? 0, every: row?.every ?? '' };
}

async function freshHash(session: Session, transaction: string): Promise<string> {
  const [row] = await session.query<{ hash: string }>(`EXECUTE strata_fresh (${transaction})`);
  return row?.hash ?? '';
}

/** `after`: the Snapshot it leaves; null when the database cannot be used further. */
interface Long {
  readonly result: CycleResult;
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
  try {
    const irreversible = migration.down.kind === 'irreversible' ? migration.down : null;
    const before = irreversible ? null : (known ?? (await read(session)));
    await replay(session, migration, 'up', options);
    const first = await read(session);
    if (irreversible || before === null) {
      return { result: { kind: 'irreversible', migration, reason: irreversible?.reason ?? '' }, after: first };
    }
    step = 'down';
    await replay(session, migration, 'down', options);
    restored = compare(before, await read(session));
    step = 'up again';
    await replay(session, migration, 'up', options);
    const second = await read(session);
    const repeated = compare(first, second);
    if (restored.length + repeated.length === 0) return { result: { kind: 'clean', migration }, after: second };
    return { result: { kind: 'differs', migration, restored, repeated }, after: null };
  } catch (failure) {
    options.signal.throwIfAborted();
    if (!(failure instanceof ReplayFailure)) throw failure;
    return { result: { kind: 'failed', migration, step, failure, restored }, after: null };
  }
}
