/**
 * A run: lock, history read again, steps one after another, the Snapshot's hash beside the last row, an account of all
 * of it. The account is filled with "not run" first, so that it is whole wherever the run stops.
 */

import { ToolError } from '../base/errors.ts';
import type { PlanStep } from '../base/plan.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Session } from '../pg/pool.ts';
import { runAtomically } from './atomic.ts';
import type { CompileOptions } from './compile.ts';
import { type Execution, StepFailure, type StepResult, type Timeouts } from './execution.ts';
import { type GuardOptions, withMigrationLock } from './guard.ts';
import type { History } from './history.ts';
import { finishedSql, journalSql } from './journal.ts';
import { runError } from './report.ts';
import { settle } from './settle.ts';
import { runStepwise } from './stepwise.ts';
import { withWatch } from './watch.ts';

export interface RunReport {
  /** Identifies the run in the journal. */
  readonly run: string;
  readonly results: readonly StepResult[];
  /** Hash of the catalog the run left behind; null when there was nothing to do. */
  readonly snapshotHash: string | null;
}

export interface RunOptions extends GuardOptions {
  /** `up`, `down`, `redo`: for the journal and the progress display. */
  readonly command: string;
  readonly timeouts: Timeouts;
  readonly compile: CompileOptions;
  /** Everything in one transaction. Default false: one each. */
  readonly singleTransaction?: boolean;
  /** What to do, decided on the history as it is under the lock. */
  readonly choose: (history: History) => Promise<readonly PlanStep[]>;
  /** The hash of the catalog, read over the run's own session when it is done. */
  readonly snapshotHash: (session: Session) => Promise<string>;
}

/** The server's functions that say "does not exist, skipping": who writes IF EXISTS knows. Their words are translated. */
const IF_EXISTS = /^(does_not_exist_skipping|DropErrorMsg\w+)$/;

/** Applies and reverts. Throws a ToolError with the whole account as its data when a step fails. */
export function runMigrations(session: Session, options: RunOptions, runtime: Runtime): Promise<RunReport> {
  const stopListening = session.onNotice(({ severity, message, routine = '' }) => {
    const level = severity === 'WARNING' ? 'warning' : 'info';
    if (severity === 'DEBUG' || IF_EXISTS.test(routine)) return;
    runtime.emit({ kind: 'note', level, text: `${severity.toLowerCase()}: ${message}` });
  });
  return withMigrationLock(session, options, runtime, async (guard) => {
    const steps = await options.choose(guard.history);
    const run = Buffer.from(runtime.random(8)).toString('hex');
    if (steps.length === 0) return { run, results: [], snapshotHash: null };
    return withWatch(session, runtime, async (watch) => {
      const { history, timeouts, compile } = options;
      const { fence, subject } = guard;
      const files = new Map(compile.all.map((file) => [file.version, file]));
      const interrupted = new Map(guard.history.interrupted.map((row) => [row.version, row]));
      const execution = {
        session,
        runtime,
        history,
        fence,
        subject,
        run,
        timeouts,
        files,
        compile,
        interrupted,
        watch,
      };
      return perform(execution, steps, options);
    });
  }).finally(stopListening);
}

async function perform(execution: Execution, steps: readonly PlanStep[], options: RunOptions): Promise<RunReport> {
  const { session, history, run, runtime } = execution;
  const results = steps.map(notRun);
  const groups = options.singleTransaction ? [whole(steps)] : steps.map((step) => [step]);
  let done = 0;
  for (const group of groups) {
    const started = runtime.ticks();
    try {
      await runGroup(execution, group);
    } catch (thrown) {
      throw await failed(execution, { steps, results, done, group }, thrown);
    }
    const each = (runtime.ticks() - started) / group.length;
    for (const step of group) {
      settleResult(results[done], step.direction === 'up' ? 'applied' : 'reverted', each);
      done += 1;
      runtime.emit({
        kind: 'progress',
        task: options.command,
        done,
        total: steps.length,
        unit: 'migrations',
        text: step.name,
      });
    }
  }
  const snapshotHash = await options.snapshotHash(session);
  await session.batch(finishedSql(history, run, `${options.command}: ${done} done`, snapshotHash));
  return { run, results, snapshotHash };
}

function notRun({ version, name, direction }: PlanStep): StepResult {
  return { version, name, direction, state: 'not_run', duration_ms: null };
}

/** One transaction for all: refused beforehand when a step cannot be in it. */
function whole(steps: readonly PlanStep[]): readonly PlanStep[] {
  const alone = steps.find((step) => step.script.kind !== 'irreversible' && !step.script.transactional);
  if (!alone) return steps;
  const reason = alone.script.kind === 'irreversible' ? '' : alone.script.reason;
  throw new ToolError('SINGLE_TRANSACTION', `${alone.name} cannot be part of a single transaction`, {
    detail: `${alone.file}: ${reason ?? 'it runs outside a transaction'}`,
    hint: `Leave --single-transaction out, or go only as far as the migration before: strata up --to VERSION --single-transaction. Nothing was changed.`,
  });
}

async function runGroup(execution: Execution, group: readonly PlanStep[]): Promise<void> {
  const [step] = group;
  if (!step) return;
  if (execution.runtime.signal.aborted) {
    throw new StepFailure('RUN_INTERRUPTED', { step }, { kind: 'nothing' }, undefined);
  }
  const { script } = step;
  const alone = group.length === 1 && script.kind !== 'irreversible' && !script.transactional;
  await (alone ? runStepwise(execution, step) : runAtomically(execution, group));
}

interface Account {
  readonly steps: readonly PlanStep[];
  readonly results: readonly StepResult[];
  readonly done: number;
  readonly group: readonly PlanStep[];
}

/** Completes the account, writes the failure into the journal, and makes the error. */
async function failed(execution: Execution, account: Account, thrown: unknown): Promise<unknown> {
  if (!(thrown instanceof StepFailure)) return thrown;
  const { session, history, run } = execution;
  const { step } = thrown.spot;
  const index = account.steps.indexOf(step);
  let committed: boolean | null = false;
  if (thrown.left.kind === 'unknown') committed = await settle(execution, step);
  else if (thrown.left.kind === 'nothing') {
    const detail = thrown.cause instanceof Error ? thrown.cause.message : thrown.code;
    const { version, direction, checksum } = step;
    const entry = { event: 'failed', version, direction, checksum, detail } as const;
    await session.batch(journalSql(history, run, entry)).catch(() => undefined);
  }
  settleResult(account.results[index], committed ? (step.direction === 'up' ? 'applied' : 'reverted') : 'failed', null);
  return runError(execution, { ...account, committed }, thrown);
}

function settleResult(result: StepResult | undefined, state: StepResult['state'], duration: number | null): void {
  if (!result) return;
  result.state = state;
  result.duration_ms = duration === null ? null : Math.round(duration);
}
