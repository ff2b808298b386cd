/**
 * Nothing is migrated without the lock, and nothing decided from what was read before it was held: the history is
 * read again under the lock, in the round trip that takes it when the tables exist already.
 */
import { ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { describeTarget } from '../base/target.ts';
import { advisoryKey, releaseAdvisoryLock, takeAdvisoryLock } from '../pg/lock.ts';
import type { BatchResult, Session } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import {
  asHistoryFault,
  createHistory,
  type History,
  type HistoryName,
  historyOf,
  readHistory,
  readSql,
  schemaFoundSql,
} from './history.ts';
import { takeLease } from './lease.ts';

export interface GuardOptions {
  readonly history: HistoryName;
  readonly lock: { readonly mode: 'advisory' | 'lease'; readonly wait: number; readonly lease: number };
  /** What an earlier read said: the tables exist. */
  readonly present: boolean;
}

/** The lock while it is held. */
export interface Guard {
  /** The history as it is under the lock. */
  readonly history: History;
  /** A statement that must be part of every transaction of the run; '' when the connection itself is the proof. */
  readonly fence: string;
  readonly subject: string;
}

/** What must be known before anything is written, beside the lock itself. */
function stateSql(history: HistoryName): string {
  return `SELECT current_setting('transaction_read_only') = 'on' AS "readOnly", pg_is_in_recovery() AS standby, ${schemaFoundSql(history)} AS "schemaFound"`;
}

/** Throws LOCK_HELD after `lock.wait` milliseconds, READ_ONLY when the server accepts no changes. */
export async function withMigrationLock<T>(
  session: Session,
  options: GuardOptions,
  runtime: Runtime,
  work: (guard: Guard) => Promise<T>,
): Promise<T> {
  return options.lock.mode === 'lease'
    ? underLease(session, options, runtime, work)
    : underLock(session, options, runtime, work);
}

async function underLock<T>(
  session: Session,
  options: GuardOptions,
  runtime: Runtime,
  work: (guard: Guard) => Promise<T>,
): Promise<T> {
  const { history, lock, present } = options;
  const subject = subjectOf(session);
  const key = migrationKey(session, history);
  const ask = stateSql(history);
  const also = present ? `${ask};\n${readSql(history)}` : ask;
  const [state, ...rows] = await takeAdvisoryLock(session, { key, wait: lock.wait, subject, also }, runtime);
  try {
    refuseReadOnly(session, state);
    const known = present ? historyOf(rows) : await createdHistory(session, history, state);
    return await work({ history: known, fence: '', subject });
  } finally {
    const held = await releaseAdvisoryLock(session, key).catch(() => null);
    const text = 'a migration released the migration lock (pg_advisory_unlock_all?): another run could have begun';
    if (held === false) runtime.emit({ kind: 'note', level: 'warning', text });
  }
}

async function underLease<T>(
  session: Session,
  options: GuardOptions,
  runtime: Runtime,
  work: (guard: Guard) => Promise<T>,
): Promise<T> {
  const { history, lock, present } = options;
  const subject = subjectOf(session);
  const [state] = await session.batch(stateSql(history));
  refuseReadOnly(session, state);
  if (!present) await createdHistory(session, history, state);
  const lease = await takeLease(session, { history, wait: lock.wait, lease: lock.lease, subject }, runtime);
  try {
    return await work({ history: await readHistory(session, history), fence: lease.fence, subject });
  } finally {
    await lease.release();
  }
}

/** The key of the advisory lock: two histories in one database do not wait for each other. */
export function migrationKey(session: Session, history: HistoryName): bigint {
  return advisoryKey('strata', session.target.database, history.schema, history.table);
}

function subjectOf(session: Session): string {
  return `the migrations of database "${session.target.database}"`;
}

/** Two leases may create the tables at once: IF NOT EXISTS loses that race with a unique violation, once. */
async function createdHistory(
  session: Session,
  history: HistoryName,
  state: BatchResult | undefined,
): Promise<History> {
  const schemaFound = state?.rows[0]?.schemaFound === true;
  const races: readonly string[] = [
    SQLSTATE.uniqueViolation,
    SQLSTATE.duplicateTable,
    SQLSTATE.duplicateObject,
    '42P06',
    'XX000',
  ];
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await createHistory(session, history, { schemaFound });
    } catch (thrown) {
      await session.query('ROLLBACK').catch(() => undefined);
      if (!(thrown instanceof ServerError) || !races.includes(thrown.sqlstate) || attempt >= 5)
        throw asHistoryFault(thrown, history);
    }
  }
}

function refuseReadOnly(session: Session, state: BatchResult | undefined): void {
  const row = state?.rows[0];
  if (row?.readOnly !== true && row?.standby !== true) return;
  throw new ToolError('READ_ONLY', `${describeTarget(session.target)} accepts no changes`, {
    detail: row.standby ? 'the server is a standby (pg_is_in_recovery)' : 'default_transaction_read_only is on',
    hint: row.standby
      ? 'Connect to the primary.'
      : `Change it with: ALTER DATABASE "${session.target.database}" RESET default_transaction_read_only;`,
  });
}
