/**
 * Migrations in a transaction: what its pieces are, and the retries around it. Here the group is one transaction: a
 * migration that is sent alone, or the whole run with --single-transaction.
 *
 * Locks: the first attempt waits a moment only, because whoever waits for a strong lock makes everybody after it wait too.
 * Then come few attempts that hold their place in the queue while the watch tells who is in the way. Hundreds of short
 * tries were rejected: each gives its place up and freezes the table once more. There is never an attempt without a limit.
 */
import { messageOf } from '../base/errors.ts';
import type { PlanStep, Statement } from '../base/plan.ts';
import { isConnectionLoss, ServerError, SQLSTATE } from '../pg/server-error.ts';
import { RESET, WASH } from '../pg/session.ts';
import { keepsSession } from '../syntax/session-effect.ts';
import { runOpaque } from './compile.ts';
import { cancellable, type Execution, StepFailure, type Timeouts } from './execution.ts';
import { appliedSql, BEGAN } from './journal.ts';
import { leaseLost } from './lease.ts';
import { opaqueDatabase } from './opaque.ts';
import { frames, type Piece, PieceFailure, sendPieces, statementPieces } from './pieces.ts';
import { listed } from './report.ts';

/** Runs the group in one transaction; on return it is committed. Throws a StepFailure; nothing of the group is left then. */
export function runAtomically(execution: Execution, group: readonly PlanStep[]): Promise<void> {
  return withLockRetries(execution, group, (wait) => transaction(execution, group, wait));
}

/**
 * The retries around any transaction of a migration. `attempt` gets the milliseconds to wait for locks. `failed`: how the
 * first attempt ended, when it was part of a longer message.
 */
export async function withLockRetries(
  execution: Execution,
  group: readonly PlanStep[],
  attempt: (wait: number) => Promise<unknown>,
  failed?: unknown,
): Promise<void> {
  const { session } = execution;
  const [first] = group;
  if (!first) return;
  for (let number = 0; ; number += 1) {
    const wait = waitOf(execution, number);
    try {
      if (number === 0 && failed !== undefined) throw failed;
      await watched(execution, group, wait, () => attempt(wait));
      return;
    } catch (thrown) {
      if (!isConnectionLoss(rootOf(thrown))) await session.query('ROLLBACK').catch(() => undefined);
      if (!mayRetry(execution, thrown, number)) throw asStepFailure(execution, group, thrown);
      execution.runtime.emit({
        kind: 'note',
        level: 'warning',
        text: retryText(first, thrown, number, wait, execution.timeouts),
      });
    }
  }
}

/** Milliseconds that attempt `number`, from 0 on, waits for a lock. */
export function waitOf({ timeouts }: Execution, number: number): number {
  return Math.max(1, number === 0 ? timeouts.lock : timeouts.lockHeld);
}

/** Runs `work`, which can be interrupted, while the watch looks who is in its way. */
export function watched(
  execution: Execution,
  steps: readonly PlanStep[],
  wait: number,
  work: () => Promise<unknown>,
): Promise<unknown> {
  return execution.watch.during(listed(steps), wait, () => cancellable(execution, work));
}

async function transaction(execution: Execution, group: readonly PlanStep[], wait: number): Promise<void> {
  const { session } = execution;
  const pending: Piece[] = [];
  let last: PlanStep | undefined;
  let clean = true;
  for (const step of group) {
    pending.push(...openingPieces(execution, step, wait, last === undefined ? ['BEGIN'] : clean ? [] : RESET));
    pending.push(...(await authored(execution, step, () => sendPieces(session, pending.splice(0)))));
    const kept = isClean(step);
    pending.push(...recordPieces(execution, step, { clean: kept }));
    if (group.length > 1) await sendPieces(session, pending.splice(0));
    clean &&= kept;
    last = step;
  }
  if (last) await sendPieces(session, [...pending, ...closingPieces(execution, last, { clean })]);
}

/** A whole transaction of a migration whose statements are known. */
export function transactionPieces(execution: Execution, step: PlanStep, wait: number): Piece[] {
  const { script } = step;
  const clean = isClean(step);
  return [
    ...openingPieces(execution, step, wait, ['BEGIN']),
    ...(script.kind === 'statements' ? statementPieces(step, script.statements) : []),
    ...recordPieces(execution, step, { clean }),
    ...closingPieces(execution, step, { clean }),
  ];
}

function openingPieces({ timeouts }: Execution, step: PlanStep, wait: number, opening: readonly string[]): Piece[] {
  return frames(step, [...opening, ...limits(timeouts, wait), BEGAN]);
}

interface Leaving {
  /** Nothing can outlive the transaction in the session. */
  readonly clean: boolean;
}

function recordPieces({ history, run }: Execution, step: PlanStep, { clean }: Leaving): Piece[] {
  // A migration that changed its role must not take away our right to record it.
  const role = clean ? [] : frames(step, RESET.slice(0, 2));
  return [...role, ...frames(step, appliedSql(history, run, step), 'record')];
}

function closingPieces({ fence }: Execution, step: PlanStep, { clean }: Leaving): Piece[] {
  return [
    ...(fence ? [{ kind: 'fence', sql: fence, step } as const] : []),
    { kind: 'commit', sql: 'COMMIT', step },
    ...(clean ? [] : frames(step, WASH)),
  ];
}

/** Nothing of the step can outlive it in the session: there is nothing to wash. */
export function isClean({ script }: PlanStep): boolean {
  return script.kind === 'statements' && script.statements.every(({ sql }) => keepsSession(sql));
}

export function limits(timeouts: Timeouts, wait: number): string[] {
  const statement = timeouts.statement > 0 ? [`SET LOCAL statement_timeout = ${Math.round(timeouts.statement)}`] : [];
  return [`SET LOCAL lock_timeout = ${Math.round(wait)}`, ...statement];
}

/** The author's statements. An opaque migration talks to the server first, so what is pending must be sent before. */
async function authored(execution: Execution, step: PlanStep, flush: () => Promise<unknown>): Promise<Piece[]> {
  const { script } = step;
  if (script.kind === 'statements') return statementPieces(step, script.statements);
  if (script.kind === 'irreversible') return [];
  await flush();
  return statementPieces(step, await opaqueStatements(execution, step));
}

/** Runs the code of an opaque migration on the run's connection; gives the statements that it queued. */
export async function opaqueStatements(execution: Execution, step: PlanStep): Promise<readonly Statement[]> {
  const file = execution.files.get(step.version);
  if (!file) return [];
  return runOpaque(file, step.direction, opaqueDatabase(execution.session), execution.compile);
}

export function rootOf(thrown: unknown): unknown {
  return thrown instanceof PieceFailure ? thrown.error : thrown;
}

function mayRetry({ timeouts, runtime }: Execution, thrown: unknown, number: number): boolean {
  const root = rootOf(thrown);
  if (runtime.signal.aborted || number >= timeouts.lockRetries || !(root instanceof ServerError)) return false;
  const retried: readonly string[] = [SQLSTATE.lockNotAvailable, SQLSTATE.deadlock, SQLSTATE.serialization];
  return retried.includes(root.sqlstate);
}

function retryText(step: PlanStep, thrown: unknown, number: number, wait: number, timeouts: Timeouts): string {
  const root = rootOf(thrown);
  const name = thrown instanceof PieceFailure ? thrown.spot.step.name : step.name;
  const timeout = root instanceof ServerError && root.sqlstate === SQLSTATE.lockNotAvailable;
  const why = timeout ? `no lock within ${wait} ms` : messageOf(root);
  return `${name}: ${why}; attempt ${number + 2} of ${timeouts.lockRetries + 1} waits up to ${timeouts.lockHeld} ms`;
}

/** What went wrong with `group`: one transaction, or the transactions of one message. */
export function asStepFailure(execution: Execution, group: readonly PlanStep[], thrown: unknown): StepFailure {
  const [first] = group as readonly [PlanStep];
  const nothing = { kind: 'nothing' } as const;
  const blockers = execution.watch.seen();
  if (isConnectionLoss(rootOf(thrown)) && !execution.runtime.signal.aborted) {
    return new StepFailure('CONNECTION_LOST', { step: first }, { kind: 'unknown', steps: group }, thrown);
  }
  const spot = thrown instanceof PieceFailure ? thrown.spot : { step: first };
  if (execution.runtime.signal.aborted) return new StepFailure('RUN_INTERRUPTED', spot, nothing, thrown);
  if (thrown instanceof PieceFailure && thrown.piece.kind === 'fence') {
    return new StepFailure('LOCK_LOST', spot, nothing, leaseLost(execution.subject));
  }
  const root = rootOf(thrown);
  const timeout = root instanceof ServerError && root.sqlstate === SQLSTATE.lockNotAvailable;
  return new StepFailure(timeout ? 'LOCK_TIMEOUT' : 'MIGRATION_FAILED', spot, nothing, root, blockers);
}
