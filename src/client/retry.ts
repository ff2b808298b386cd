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
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await run(attempt);
    } catch (thrown) {
      const pause = Math.random() * Math.min(500, 10 * 2 ** attempt);
      if (attempt >= retries || !isConflict(thrown) || Date.now() + pause > until) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Also when a typed error stands in front of the driver's. */
function isConflict(thrown: unknown): boolean {
  return thrown instanceof Error && CONFLICTS.has((thrown as { code?: unknown }).code);
}
