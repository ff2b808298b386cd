/**
 * Migrations outside a transaction: statement by statement, each entered in the journal, so that the next run goes on
 * where this one stopped.
 *
 * A statement that PostgreSQL allows in a transaction gets one of its own, with its journal row inside: done and recorded
 * are one event. One that must stand alone is announced first ("begun") and entered afterwards ("done"); when the
 * announcement is the last word, the next run looks at the catalog (indexes) or does it again.
 */
import type { PlanStep, Statement } from '../base/plan.ts';
import { ServerError } from '../pg/server-error.ts';
import { RESET, WASH } from '../pg/session.ts';
import { asStepFailure, limits, opaqueStatements, withLockRetries } from './atomic.ts';
import { runInBatches } from './batches.ts';
import { prepareDetachment } from './detachments.ts';
import { cancellable, type Execution, type Left, type Spot, StepFailure } from './execution.ts';
import { invalidIndexes, prepareIndex } from './indexes.ts';
import { appliedSql, journalSql } from './journal.ts';
import { leaseLost } from './lease.ts';
import { frames, type Piece, PieceFailure, sendPieces, statementPieces } from './pieces.ts';
import { isPatient, setsSession, standsAlone } from './standalone.ts';
import { begunSql, checksumOf, doneSql, fencePieces, OUR_ROLE, recordPieces } from './step-records.ts';

interface Progress {
  readonly execution: Execution;
  readonly step: PlanStep;
  readonly statements: readonly Statement[];
  readonly pieces: readonly Piece[];
  /** How many are done. */
  done: number;
}

/** Runs one migration; on return it is recorded. Throws a StepFailure that says how far it came. */
export async function runStepwise(execution: Execution, step: PlanStep): Promise<void> {
  const { session, runtime } = execution;
  const started = runtime.ticks();
  const stopped = execution.interrupted.get(step.version);
  const statements = await authored(execution, step);
  const progress: Progress = { execution, step, statements, pieces: statementPieces(step, statements), done: 0 };
  try {
    if (stopped && step.script.kind === 'statements') await resume(progress, stopped.done, stopped.checksum);
    const first = progress.done;
    while (progress.done < statements.length) {
      await one(progress, stopped?.begun === true && progress.done === first);
      progress.done += 1;
    }
    await refuseInvalid(progress);
    await record(progress, runtime.ticks() - started);
  } catch (thrown) {
    // Nothing was tried, so the journal's last word stays what it was.
    if (thrown instanceof StepFailure && thrown.code === 'MIGRATION_UNFINISHED') throw thrown;
    const failure = failureOf(progress, thrown);
    await noteFailure(progress, failure);
    throw failure;
  } finally {
    await session.batch(WASH.join(';')).catch(() => undefined);
  }
}

async function authored(execution: Execution, step: PlanStep): Promise<readonly Statement[]> {
  const { script } = step;
  if (script.kind === 'statements') return script.statements;
  if (script.kind === 'irreversible') return [];
  try {
    return await cancellable(execution, () => opaqueStatements(execution, step));
  } catch (thrown) {
    throw asStepFailure(execution, [step], thrown);
  }
}

/** Skips what is done, if it still is what was done then; settings of the session are said again. */
async function resume(progress: Progress, done: number, checksum: string | null): Promise<void> {
  const { step, statements, execution } = progress;
  if (done > 0 && checksum !== null && checksumOf(statements, done) !== checksum) {
    throw new StepFailure('MIGRATION_UNFINISHED', { step, total: statements.length }, part(done, progress), undefined);
  }
  progress.done = Math.min(done, statements.length);
  const settings = statements.slice(0, progress.done).filter(({ sql }) => setsSession(sql));
  for (const { sql } of settings) await execution.session.batch(sql);
}

async function one(progress: Progress, begun: boolean): Promise<void> {
  const { execution, step, statements, done } = progress;
  const statement = statements[done];
  const piece = progress.pieces[done];
  if (!statement || !piece) return;
  if (statement.inBatches) await runInBatches(execution, { step, statements, done, piece });
  else await (standsAlone(statement.sql) ? alone(progress, statement, piece, begun) : together(progress, piece));
  const text = `${step.name}: statement ${done + 1} of ${statements.length} done`;
  execution.runtime.emit({ kind: 'note', level: 'info', text });
}

/** The statement, its journal row and the fence in one transaction. */
function together({ execution, step, statements, done }: Progress, piece: Piece): Promise<void> {
  const { session, timeouts, fence } = execution;
  return withLockRetries(execution, [step], async (wait) => {
    await sendPieces(session, [
      ...frames(step, ['BEGIN', ...limits(timeouts, wait)]),
      piece,
      ...recordPieces(step, doneSql(execution, step, statements, done)),
      ...fencePieces(step, fence),
      { kind: 'commit', sql: 'COMMIT', step },
    ]);
  });
}

async function alone(progress: Progress, statement: Statement, piece: Piece, begun: boolean): Promise<void> {
  const { execution, step, statements, done } = progress;
  const { session, runtime, timeouts, fence, watch } = execution;
  const finished = await prepareIndex(session, statement.sql, begun, runtime);
  const sql = finished ? null : await prepareDetachment(session, statement.sql, begun, runtime);
  if (sql !== null) {
    await sendPieces(session, [
      ...recordPieces(step, begunSql(execution, step, statements, done)),
      ...fencePieces(step, fence),
      ...frames(step, fence ? [] : isPatient(statement.sql) ? PATIENT : hurried(timeouts)),
    ]);
    // Alone: a message with two statements would be a transaction again.
    await watch.during(step.name, timeouts.lock, () =>
      cancellable(execution, () => sendAlone(session, { ...piece, sql })),
    );
  }
  await sendPieces(session, recordPieces(step, doneSql(execution, step, statements, done)));
}

async function sendAlone(session: Execution['session'], piece: Piece): Promise<void> {
  try {
    await session.batch(piece.sql);
  } catch (thrown) {
    if (thrown instanceof ServerError) throw new PieceFailure(piece, thrown, thrown.fields.position);
    throw thrown;
  }
}

/** For the session. Under a lease there is none: behind a pooler the settings would be those of other people's statements. */
const PATIENT = ['SET lock_timeout = 0', 'SET statement_timeout = 0'];

function hurried(timeouts: Execution['timeouts']): string[] {
  const lock = `SET lock_timeout = ${Math.max(1, Math.round(timeouts.lockHeld))}`;
  return timeouts.statement > 0 ? [lock, `SET statement_timeout = ${Math.round(timeouts.statement)}`] : [lock];
}

async function refuseInvalid({ execution, step, statements, done }: Progress): Promise<void> {
  if (step.direction === 'down') return;
  const invalid = await invalidIndexes(execution.session, statements);
  if (invalid.length === 0) return;
  throw new StepFailure(
    'INDEX_INVALID',
    { step },
    { kind: 'part', done, total: statements.length },
    new Error(invalid.join(', ')),
  );
}

async function record({ execution, step, statements }: Progress, durationMs: number): Promise<void> {
  const { session, history, run, fence } = execution;
  await sendPieces(session, [
    ...frames(step, ['BEGIN', ...RESET.slice(0, 2)]),
    ...frames(step, appliedSql(history, run, step, { durationMs, statements: statements.length }), 'record'),
    ...fencePieces(step, fence),
    { kind: 'commit', sql: 'COMMIT', step },
  ]);
}

function failureOf(progress: Progress, thrown: unknown): StepFailure {
  const { execution, step } = progress;
  const left = part(progress.done, progress);
  if (thrown instanceof StepFailure)
    return thrown.left.kind === 'unknown'
      ? thrown
      : new StepFailure(thrown.code, spotIn(progress, thrown.spot), left, thrown.cause, thrown.blockers);
  if (thrown instanceof PieceFailure && thrown.piece.kind === 'fence') {
    return new StepFailure('LOCK_LOST', { step }, left, leaseLost(execution.subject));
  }
  const plain = asStepFailure(execution, [step], thrown);
  return plain.left.kind === 'unknown'
    ? plain
    : new StepFailure(plain.code, spotIn(progress, plain.spot), left, plain.cause, plain.blockers);
}

function spotIn({ statements, done }: Progress, spot: Spot): Spot {
  const statement = statements[done];
  return spot.statement || !statement ? spot : { ...spot, statement, number: done + 1, total: statements.length };
}

/** What failed goes into the journal as well, so that `status` can tell; a lost connection can tell nothing. */
async function noteFailure({ execution, step, statements }: Progress, failure: StepFailure): Promise<void> {
  if (failure.left.kind !== 'part') return;
  const { session, history, run } = execution;
  const { version, direction } = step;
  const { done, total } = failure.left;
  const detail = failure.cause instanceof Error ? failure.cause.message : failure.code;
  const checksum = done === 0 ? null : checksumOf(statements, done);
  const entry = { event: 'failed', version, direction, statement: done + 1, total, checksum, detail } as const;
  await session.batch(`${OUR_ROLE};\n${journalSql(history, run, entry)}`).catch(() => undefined);
}

function part(done: number, { statements }: Progress): Left {
  return { kind: 'part', done, total: statements.length };
}
