/** What every part of a run shares, and how a part says that it failed. run.ts makes errors for people of it. */
import type { Code } from '../base/errors.ts';
import type { Direction, PlanStep, Statement } from '../base/plan.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Session } from '../pg/pool.ts';
import { closeSession } from '../pg/pool.ts';
import type { Blocker } from '../pg/session.ts';
import { cancelRunning } from '../pg/session.ts';
import type { CompileOptions } from './compile.ts';
import type { HistoryName } from './history.ts';
import type { InterruptedMigration, MigrationFile } from './model.ts';
import type { Watch } from './watch.ts';

export interface Timeouts {
  /** Milliseconds a statement waits for a lock, first attempt. */
  readonly lock: number;
  /** Further attempts, each waiting `lockHeld` milliseconds. */
  readonly lockRetries: number;
  readonly lockHeld: number;
  /** Milliseconds one statement may run; 0: what the server says. */
  readonly statement: number;
}

export interface Batching {
  /** Milliseconds that a batch should take. */
  readonly target: number;
  /** Milliseconds that a standby may be behind before batches wait for it; 0: they never do. */
  readonly lag: number;
}

export interface Execution {
  /** The task of the progress display. */
  readonly task: string;
  readonly batches: Batching;
  readonly session: Session;
  readonly runtime: Runtime;
  readonly history: HistoryName;
  /** See Guard. */
  readonly fence: string;
  readonly subject: string;
  /** Identifies this run in the journal. */
  readonly run: string;
  readonly timeouts: Timeouts;
  /** By version. */
  readonly files: ReadonlyMap<string, MigrationFile>;
  readonly compile: CompileOptions;
  readonly interrupted: ReadonlyMap<string, InterruptedMigration>;
  readonly watch: Watch;
}

/** A line of the account of a run. */
export interface StepResult {
  readonly version: string;
  readonly name: string;
  readonly direction: Direction;
  /** `unknown`: the connection broke, and the server could not be asked. */
  state: 'not_run' | 'applied' | 'reverted' | 'failed' | 'unknown';
  /** Milliseconds, by the server's clock; null when it was not run. */
  duration_ms: number | null;
}

/** Where in a migration it happened. */
export interface Spot {
  readonly step: PlanStep;
  readonly statement?: Statement;
  /** 1-based. */
  readonly number?: number;
  readonly total?: number;
  /** 1-based, in characters of the statement. */
  readonly position?: number;
  /** At COMMIT: deferred constraints and triggers. */
  readonly atCommit?: boolean;
}

/** What the failed migration left: nothing, the statements before the failed one, or nobody knows yet. */
export type Left =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'part'; readonly done: number; readonly total: number }
  /** `steps`: what the message held that got no answer, in one transaction or in one each. */
  | { readonly kind: 'unknown'; readonly steps: readonly PlanStep[] };

export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly code: Code;
  readonly spot: Spot;
  readonly left: Left;
  readonly blockers: readonly Blocker[];

  constructor(code: Code, spot: Spot, left: Left, cause: unknown, blockers: readonly Blocker[] = []) {
    super(`${spot.step.name}: ${code}`, { cause });
    this.code = code;
    this.spot = spot;
    this.left = left;
    this.blockers = blockers;
  }
}

/** Milliseconds after which a cancelled statement that does not end loses its connection. */
const CANCEL_PATIENCE = 5_000;

/** Runs `work`, and cancels the server's statement when the run is interrupted meanwhile. */
export async function cancellable<T>(execution: Execution, work: () => Promise<T>): Promise<T> {
  const { session, runtime, fence } = execution;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    const drop = (): Promise<void> => closeSession(session);
    timer = setTimeout(drop, CANCEL_PATIENCE);
    // Behind a pooling proxy (a lease is in use) the process id is the proxy's invention: only dropping the line helps.
    if (fence !== '') void drop();
    else cancelRunning(session.target, session.pid).catch(drop);
  };
  runtime.signal.addEventListener('abort', stop, { once: true });
  try {
    if (runtime.signal.aborted) throw runtime.signal.reason;
    return await work();
  } finally {
    clearTimeout(timer);
    runtime.signal.removeEventListener('abort', stop);
  }
}
