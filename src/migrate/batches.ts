/**
 * A statement in batches: by ranges of its table's key, each range in a transaction of its own that also remembers how far
 * it came, so that a killed run goes on at the next range. The size of a range follows the clock; between ranges it waits
 * for standbys that fall behind. Whoever writes to the table meanwhile waits for a batch at most.
 */
import { sha256 } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import type { PlanStep, Statement } from '../base/plan.ts';
import { withTask } from '../base/runtime.ts';
import type { BatchResult } from '../pg/pool.ts';
import { limits, withLockRetries } from './atomic.ts';
import { lagPause } from './batch-lag.ts';
import { BatchSize, describeProgress } from './batch-pace.ts';
import { type BatchPlace, batchSql, boundSql, createBatchesSql, type Key, rangeSql, resumeSql } from './batch-sql.ts';
import { type BatchStatement, batchStatement, type KeyColumn } from './batch-statement.ts';
import type { Execution } from './execution.ts';
import { askPieces, frames, type Piece, sendPieces } from './pieces.ts';
import keyText from './sql/batch-key.sql';
import { begunSql, doneSql, fencePieces, OUR_ROLE, recordPieces } from './step-records.ts';

export interface BatchesOptions {
  readonly step: PlanStep;
  readonly statements: readonly Statement[];
  /** How many of them are done. */
  readonly done: number;
  /** The next one as a piece, whose text a batch replaces. */
  readonly piece: Piece;
}

interface Batches extends BatchesOptions {
  readonly execution: Execution;
  readonly parts: BatchStatement;
  readonly columns: readonly KeyColumn[];
  readonly place: BatchPlace;
}

/** Runs one statement to its end. Throws a StepFailure; what is committed stays, and the next run goes on behind it. */
export async function runInBatches(execution: Execution, options: BatchesOptions): Promise<void> {
  const { step, statements, done, piece } = options;
  const { session, history, fence } = execution;
  const parts = batchStatement(piece.sql);
  if (typeof parts === 'string') throw new ToolError('BUG', parts);
  // Announced first, so that the next run knows of it.
  const begun = begunSql(execution, step, statements, done);
  await sendPieces(session, [...recordPieces(step, begun), ...fencePieces(step, fence)]);
  const found = await keyOf(execution, parts);
  const { version, direction } = step;
  const number = done + 1;
  const place = { history, version, direction, statement: number, checksum: sha256(piece.sql) };
  const batches: Batches = { ...options, execution, parts, columns: found.columns, place };
  const title = `${step.name}: statement ${number} in batches by ${found.columns.map(({ name }) => name).join(', ')}`;
  const task = { id: `${step.name}:${number}`, title, parent: execution.task };
  await withTask(
    execution.runtime,
    task,
    () => allBatches(batches, task.id, found.rows),
    (seen) => `${seen} rows`,
  );
}

async function keyOf(
  { session }: Execution,
  { table }: BatchStatement,
): Promise<{ readonly columns: readonly KeyColumn[]; readonly rows: number }> {
  const columns = await session.query<KeyColumn & { readonly rows: number | null }>(keyText, [table]);
  if (columns.length > 0) return { columns, rows: columns[0]?.rows ?? 0 };
  throw new ToolError('MIGRATION_FAILED', `${table} has no key that batches could go along`, {
    detail: 'a primary key, or a unique index on columns that are NOT NULL, not partial, not deferrable',
    hint: `Add a primary key to ${table}, or take "-- strata: in-batches" away.`,
  });
}

/** A range that is planned: `rows` keys, as many as are left when `until` is null. */
interface Planned {
  readonly after: Key | null;
  readonly until: Key | null;
  readonly rows: number;
}

async function allBatches(batches: Batches, task: string, estimate: number): Promise<number> {
  const { execution } = batches;
  const { runtime } = execution;
  const size = new BatchSize(execution.batches.target);
  const pause = lagPause(execution);
  const resumed = await open(batches);
  const before = resumed?.seen ?? 0;
  const began = runtime.ticks();
  let [seen, anew] = [before, resumed === null];
  let range = await firstRange(batches, resumed?.lastKey ?? null, size.rows);
  for (;;) {
    await pause();
    const started = runtime.ticks();
    const next = size.rows;
    const { changed, bound } = await oneBatch(batches, range, { seen, anew, next });
    size.learn(range.rows, runtime.ticks() - started);
    seen += range.until === null ? changed : range.rows;
    const left = range.until === null ? 0 : Math.max(0, estimate - seen);
    const text = describeProgress({ done: seen - before, left, milliseconds: runtime.ticks() - began });
    runtime.emit({ kind: 'progress', task, done: seen, total: seen + left, unit: 'rows', text });
    if (range.until === null) return seen;
    range = { after: range.until, until: bound, rows: next };
    anew = false;
  }
}

interface Resumed {
  readonly lastKey: Key | null;
  readonly seen: number;
}

/** Makes the table of batches where it is missing, and gives what an earlier run left in it. */
async function open({ execution, place }: Batches): Promise<Resumed | null> {
  const create = [
    'BEGIN',
    OUR_ROLE,
    'SET LOCAL client_min_messages = warning',
    createBatchesSql(place.history),
    'COMMIT',
  ];
  const texts = [...create, 'BEGIN', OUR_ROLE, resumeSql(place), 'COMMIT'];
  const answers = await execution.session.batch(texts.join(';\n'));
  const [row] = (answers.at(-2)?.rows ?? []) as unknown as Resumed[];
  if (!row) return null;
  const text = `goes on behind ${row.seen} rows that an earlier run went through`;
  execution.runtime.emit({ kind: 'note', level: 'info', text });
  return row;
}

async function firstRange({ execution, parts, columns }: Batches, after: Key | null, rows: number): Promise<Planned> {
  const [answer] = await execution.session.batch(boundSql(parts, columns, after, rows));
  return { after, until: keyIn(answer), rows };
}

function keyIn(answer: BatchResult | undefined): Key | null {
  return (answer?.rows[0] as { readonly key: Key } | undefined)?.key ?? null;
}

interface Counts {
  readonly seen: number;
  /** The first batch that is recorded of this statement. */
  readonly anew: boolean;
  /** How many rows the range after this one shall have. */
  readonly next: number;
}

/** The range, its record, and where the next range ends: one message. A lock is waited for as by any migration. */
async function oneBatch(
  batches: Batches,
  range: Planned,
  counts: Counts,
): Promise<{ readonly changed: number; readonly bound: Key | null }> {
  const { execution, step, statements, done, parts, columns, piece, place } = batches;
  const { session, timeouts, fence } = execution;
  const { until } = range;
  const seen = counts.seen + (until === null ? 0 : range.rows);
  let answers: readonly BatchResult[] = [];
  await withLockRetries(execution, [step], async (wait) => {
    const opening = frames(step, ['BEGIN', ...limits(timeouts, wait)]);
    answers = await askPieces(session, [
      ...opening,
      { ...piece, sql: rangeSql(parts, columns, range) },
      ...recordPieces(step, batchSql(place, until, seen, counts)),
      ...(until === null ? frames(step, [doneSql(execution, step, statements, done)], 'record') : []),
      ...fencePieces(step, fence),
      { kind: 'commit', sql: 'COMMIT', step },
      ...(until === null ? [] : frames(step, [boundSql(parts, columns, until, counts.next)])),
    ]);
  });
  const changed = answers[1 + limits(timeouts, 1).length]?.rowCount ?? 0;
  return { changed, bound: until === null ? null : keyIn(answers.at(-1)) };
}
