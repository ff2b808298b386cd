/** Running again what lost against another transaction, with jitter, so that the losers do not meet again. */

export interface RetryOptions {
  /** How often a transaction is run again after 40001 or 40P01. Default 4. */
  readonly retries?: number;
  /** Milliseconds from the start after which nothing is run again. Default 5,000. */
  readonly retryBudget?: number;
}

const CONFLICTS: ReadonlySet<unknown> = new Set(['40001', '40P01']);

export async function retried<T>(run: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { retries = 4, retryBudget = 5_000 } = options;
  const until = Date.now() + retryBudget;
  let conflict: unknown;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await run(attempt);
    } catch (thrown) {
      // The pool was shut down meanwhile: why the work was to run again says more.
      if (conflict !== undefined && named(thrown, 'PoolClosedError')) throw conflict;
      const pause = Math.random() * Math.min(500, 10 * 2 ** attempt);
      if (attempt >= retries || !isConflict(thrown) || Date.now() + pause > until) throw thrown;
      conflict = thrown;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Also when errors of the application stand in front of the driver's. Not what failed behind a COMMIT of the work's own. */
function isConflict(thrown: unknown): boolean {
  let error = thrown;
  // A cause may lead back to where it came from.
  for (let depth = 0; depth < 16 && error instanceof Error && !named(error, 'TransactionEndedError'); depth += 1) {
    if (CONFLICTS.has((error as { code?: unknown }).code)) return true;
    error = error.cause;
  }
  return false;
}

/** Not instanceof: the pool may come from the other of the package's two builds. */
function named(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && thrown.name === name;
}
