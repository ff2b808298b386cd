/** Transactions and savepoints as loan functions, with bounded retry where the server says that a retry may help. */

import type { Session } from './pool.ts';
import { isConnectionLoss, ServerError, SQLSTATE } from './server-error.ts';

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** How often a transaction that lost to another one (40001, 40P01) is run again. Default 0. */
  readonly retries?: number;
}

export async function withTransaction<T>(
  session: Session,
  work: (session: Session) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once(session, work, options);
    } catch (thrown) {
      if (attempt >= (options.retries ?? 0) || !isConflict(thrown)) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** attempt * (0.5 + Math.random())));
    }
  }
}

async function once<T>(session: Session, work: (s: Session) => Promise<T>, options: TransactionOptions): Promise<T> {
  await session.query(beginText(options));
  try {
    const result = await work(session);
    await session.query('COMMIT');
    return result;
  } catch (thrown) {
    if (!isConnectionLoss(thrown)) await session.query('ROLLBACK').catch(() => undefined);
    throw thrown;
  }
}

function beginText({ isolation, readOnly }: TransactionOptions): string {
  const level = isolation ? ` ISOLATION LEVEL ${isolation.toUpperCase()}` : '';
  return `BEGIN${level}${readOnly ? ' READ ONLY' : ''}`;
}

/** Lost against another transaction: running it again may succeed. */
export function isConflict(thrown: unknown): boolean {
  return (
    thrown instanceof ServerError && [SQLSTATE.serialization, SQLSTATE.deadlock].some((s) => s === thrown.sqlstate)
  );
}
