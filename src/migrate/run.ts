/**
 * A run: lock, history read again, steps one after another, the Snapshot's hash beside the last row, an account of all
 * of it. The account is filled with "not run" first, so that it is whole wherever the run stops.
 */

import { ToolError } from '../base/errors.ts';
import { type Direction, isPlain, type PlanStep } from '../base/plan.ts';
import type { Runtime } from '../base/runtime.ts';
import type { BatchResult, Session } from '../pg/pool.ts';
import { runAtomically } from './atomic.ts';
import type { CompileOptions } from './compile.ts';
import { type Committed, Pace, runEach } from './each.ts';
import { type Batching, type Execution, StepFailure, type StepResult, type Timeouts } from './execution.ts';
import { type GuardOptions, withMigrationLock } from './guard.ts';
import type { History } from './history.ts';
import { type DurationRow, durationsSql, finishedSql, journalSql } from './journal.ts';
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
  readonly batches: Batching;
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
        task: options.command,
        batches: options.batches,
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
  const account: Account = { steps, results: steps.map(notRun), done: 0 };
  const pace = new Pace();
  const committed: Committed = (some, milliseconds) => {
    if (some.length > 0) pace.learn(some.length, milliseconds);
    for (const step of some) {
      settleResult(account.results[account.done], stateOf(step), milliseconds / some.length);
      account.done += 1;
      const { command: task } = options;
      const { done } = account;
      runtime.emit({ kind: 'progress', task, done, total: steps.length, unit: 'migrations', text: step.name });
    }
  };
  if (options.singleTransaction) refuseAlone(steps);
  while (account.done < steps.length) {
    const next = steps.slice(account.done);
    const group = options.singleTransaction ? next : pace.next(next);
    try {
      await runGroup(execution, group, { ...options, committed });
    } catch (thrown) {
      throw await failed(execution, account, thrown, options);
    }
  }
  const snapshotHash = await options.snapshotHash(session);
  const detail = `${options.command}: ${account.done} done`;
  const answers = await session.batch(
    [finishedSql(history, run, detail, snapshotHash), durationsSql(history, run, account.done)].join(';\n'),
  );
  measured(account, answers.at(-1));
  return { run, results: account.results, snapshotHash };
}

function notRun({ version, name, direction }: PlanStep): StepResult {
  return { version, name, direction, state: 'not_run', duration_ms: null };
}

/** One transaction for all: refused beforehand when a step cannot be in it. */
function refuseAlone(steps: readonly PlanStep[]): void {
  const alone = steps.find(isAlone);
  if (!alone) return;
  const reason = alone.script.kind === 'irreversible' ? '' : alone.script.reason;
  throw new ToolError('SINGLE_TRANSACTION', `${alone.name} cannot be part of a single transaction`, {
    detail: `${alone.file}: ${reason ?? 'it runs outside a transaction'}`,
    hint: `Leave --single-transaction out, or go only as far as the migration before: strata up --to VERSION --single-transaction. Nothing was changed.`,
  });
}

/** It runs outside a transaction. */
function isAlone({ script }: PlanStep): boolean {
  return script.kind !== 'irreversible' && !script.transactional;
}

interface GroupOptions {
  readonly singleTransaction?: boolean;
  readonly committed: Committed;
}

async function runGroup(
  execution: Execution,
  group: readonly PlanStep[],
  { singleTransaction = false, committed }: GroupOptions,
): Promise<void> {
  const { runtime } = execution;
  const [step] = group;
  if (!step) return;
  if (runtime.signal.aborted) throw new StepFailure('RUN_INTERRUPTED', { step }, { kind: 'nothing' }, undefined);
  if (!singleTransaction && isPlain(step.script)) return runEach(execution, group, committed);
  const started = runtime.ticks();
  await (isAlone(step) ? runStepwise(execution, step) : runAtomically(execution, group));
  committed(group, runtime.ticks() - started);
}

interface Account {
  readonly steps: readonly PlanStep[];
  readonly results: readonly StepResult[];
  /** How many are committed: the first ones. */
  done: number;
}

/** Completes the account, writes the failure into the journal, and makes the error. */
async function failed(
  execution: Execution,
  account: Account,
  thrown: unknown,
  { singleTransaction = false }: RunOptions,
): Promise<unknown> {
  if (!(thrown instanceof StepFailure)) return thrown;
  if (thrown.left.kind === 'unknown') return lost(execution, account, thrown, thrown.left.steps);
  const { session, history, run } = execution;
  const { step } = thrown.spot;
  if (thrown.left.kind === 'nothing') {
    const detail = thrown.cause instanceof Error ? thrown.cause.message : thrown.code;
    const { version, direction, checksum } = step;
    const entry = { event: 'failed', version, direction, checksum, detail } as const;
    const texts = [journalSql(history, run, entry), durationsSql(history, run, account.done)];
    measured(account, (await session.batch(texts.join(';\n')).catch(() => [])).at(-1));
  }
  settleResult(account.results[account.steps.indexOf(step)], 'failed', null);
  return runError(
    execution,
    { ...account, group: singleTransaction ? account.steps : [step], committed: false },
    thrown,
  );
}

/** No answer came for `sent`: what became of them is asked of the history, over another connection. */
async function lost(
  execution: Execution,
  account: Account,
  { code, left, cause }: StepFailure,
  sent: readonly PlanStep[],
): Promise<unknown> {
  const count = await settle(execution, sent);
  // When all of them are committed, the last one is the one that the connection broke in.
  const before = count === null ? 0 : Math.min(count, sent.length - 1);
  const index = account.done + before;
  for (const result of account.results.slice(account.done, index)) settleResult(result, stateOf(result), null);
  account.done = index;
  const step = sent[before] as PlanStep;
  const committed = count === null ? null : count === sent.length;
  if (count === null) {
    for (const result of account.results.slice(index, index + sent.length)) settleResult(result, 'unknown', null);
  } else settleResult(account.results[index], committed ? stateOf(step) : 'failed', null);
  return runError(execution, { ...account, group: [step], committed }, new StepFailure(code, { step }, left, cause));
}

function stateOf({ direction }: { readonly direction: Direction }): 'applied' | 'reverted' {
  return direction === 'up' ? 'applied' : 'reverted';
}

/** The journal knows how long each took by the server's clock; we know it of each message only. */
function measured({ results, done }: Account, answer: BatchResult | undefined): void {
  const rows = (answer?.rows ?? []) as unknown as readonly DurationRow[];
  const known = new Map(rows.map((row) => [`${row.direction} ${row.version}`, row.durationMs]));
  for (const result of results.slice(0, done)) {
    const duration = known.get(`${result.direction} ${result.version}`);
    if (duration !== undefined) result.duration_ms = duration;
  }
}

function settleResult(result: StepResult | undefined, state: StepResult['state'], duration: number | null): void {
  if (!result) return;
  result.state = state;
  result.duration_ms = duration === null ? null : Math.round(duration);
}
