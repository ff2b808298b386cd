/**
 * Migrations in a transaction each, as many of them in one message as run within a moment: BEGIN … COMMIT, BEGIN … COMMIT.
 * The server works through them without waiting for us, which is a third of the time of small migrations on one machine
 * and nearly all of it over a link of 10 ms.
 *
 * What has been committed when one fails stays, as if each had been sent alone; the failed one is tried again alone.
 * How many fit is measured rather than guessed, and begins with one: the display must not stand still, and what runs long
 * must be seen in pg_stat_activity by its own text.
 */
import { isPlain, type PlanStep } from '../base/plan.ts';
import { isConnectionLoss } from '../pg/server-error.ts';
import { asStepFailure, isClean, rootOf, transactionPieces, waitOf, watched, withLockRetries } from './atomic.ts';
import type { Execution } from './execution.ts';
import { PieceFailure, sendPieces } from './pieces.ts';

/** Milliseconds that the migrations of one message may take, by the measure of those before. */
const MESSAGE_MS = 250;

/** How many times as many as the last message the next one may hold: a measure is trusted as far as it goes. */
const GROWTH = 8;

/** Characters of SQL in one message: the server parses all of it before it begins. */
const MESSAGE_LENGTH = 1 << 20;

/** Called for steps as they are committed, in order. */
export type Committed = (steps: readonly PlanStep[], milliseconds: number) => void;

/** Chooses how many steps the next message holds. */
export class Pace {
  #size = 1;

  /** The first of `steps`, as many as fit: one that is not plain goes alone; nothing comes after one that the session must be washed of. */
  next(steps: readonly PlanStep[]): readonly PlanStep[] {
    let length = 0;
    let count = 0;
    for (const step of steps.slice(0, this.#size)) {
      length += lengthOf(step);
      if (count > 0 && (!isPlain(step.script) || length > MESSAGE_LENGTH)) break;
      count += 1;
      if (!isPlain(step.script) || !isClean(step)) break;
    }
    return steps.slice(0, count);
  }

  learn(steps: number, milliseconds: number): void {
    const fitting = Math.floor((MESSAGE_MS * steps) / Math.max(milliseconds, 1));
    this.#size = Math.max(1, Math.min(steps * GROWTH, fitting));
  }
}

/** Runs plain steps, in one message when nothing fails. Throws a StepFailure; what came before its step is committed. */
export async function runEach(execution: Execution, steps: readonly PlanStep[], committed: Committed): Promise<void> {
  const { runtime, session } = execution;
  const started = runtime.ticks();
  const send = (some: readonly PlanStep[], wait: number): Promise<unknown> =>
    sendPieces(
      session,
      some.flatMap((step) => transactionPieces(execution, step, wait)),
    );
  try {
    const wait = waitOf(execution, 0);
    await watched(execution, steps, wait, () => send(steps, wait));
    committed(steps, runtime.ticks() - started);
  } catch (thrown) {
    if (isConnectionLoss(rootOf(thrown))) throw asStepFailure(execution, steps, thrown);
    const failed = thrown instanceof PieceFailure ? steps.indexOf(thrown.spot.step) : 0;
    const before = steps.slice(0, failed);
    const alone = steps.slice(failed, failed + 1);
    // A syntax error is found before anything runs, so what stands before it is still to be done.
    if (thrown instanceof PieceFailure && thrown.committed < failed) await runEach(execution, before, committed);
    else committed(before, runtime.ticks() - started);
    const again = runtime.ticks();
    await withLockRetries(execution, alone, (wait) => send(alone, wait), thrown);
    committed(alone, runtime.ticks() - again);
    const rest = steps.slice(failed + 1);
    if (rest.length > 0) await runEach(execution, rest, committed);
  }
}

function lengthOf({ script }: PlanStep): number {
  return script.kind === 'statements' ? script.statements.reduce((sum, { sql }) => sum + sql.length, 0) : 0;
}
