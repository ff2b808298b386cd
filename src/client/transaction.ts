/**
 * Transactions as loans, with an identity that ends with them. Everything is SET LOCAL and travels in the message of
 * BEGIN: no extra round trip, and nothing for a transaction-pooling proxy to mix up. COMMIT and ROLLBACK also take back
 * what the work itself has SET for the session, and its temporary tables; a connection that cannot be brought back to a known state is closed.
 */
import { ident, literal } from '../base/ident.ts';
import { Loan, statusOf } from './loan.ts';
import { whole } from './milliseconds.ts';
import {
  NotCommittedError,
  type Pool,
  type PoolClient,
  type Queryable,
  type QueryResult,
  TransactionEndedError,
} from './model.ts';
import type { RetryOptions } from './retry.ts';
import type { Session } from './session.ts';
import { washing } from './washing.ts';

export interface TransactionOptions extends RetryOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Milliseconds that one statement may take. Default: the server's. */
  readonly statementTimeout?: number;
  /** Milliseconds that one statement may wait for a lock. */
  readonly lockTimeout?: number;
  /** What this transaction writes, later reads of the session see, on replicas too. Costs no round trip. */
  readonly session?: Session;
}

export type Work<T> = (tx: Queryable) => Promise<T>;

export interface Start {
  readonly settings: Readonly<Record<string, string>>;
  readonly role: string | undefined;
  readonly options: TransactionOptions;
}

/** Asked in the message of BEGIN whether this connection will do. */
export interface Admission {
  /** A SELECT of one row. */
  readonly question: string;
  /** Milliseconds to wait before it is asked again; 0: it will do. Throws when it will not do. */
  readonly pause: (answer: unknown) => number;
}

/** The server broke the connection off before the transaction was over. */
export class ConnectionLost extends Error {}

/** One transaction on one connection of the pool. With `admission`: throws ConnectionLost when there is none, or it breaks. */
export async function once<T>(pool: Pool, start: Start, work: Work<T>, admission?: Admission): Promise<T> {
  const begin = beginText(start);
  const client = await pool.connect().catch((cause: unknown) => {
    throw admission ? new ConnectionLost('no connection', { cause }) : cause;
  });
  const tx = new Loan(client);
  let clean = false;
  try {
    if (admission) await admitted(client, start, admission);
    else await client.query(begin);
    const result = await work(tx);
    tx.end();
    if (tx.escaped !== undefined) throw tx.escaped;
    await finish(client, start);
    // By a query that was not awaited.
    if (tx.escaped !== undefined) throw tx.escaped;
    clean = true;
    return result;
  } catch (thrown) {
    tx.end();
    clean = (await rolledBack(client)) && tx.escaped === undefined;
    if (tx.escaped !== undefined) throw tx.escaped;
    throw admission && !clean ? new ConnectionLost('the connection broke', { cause: thrown }) : thrown;
  } finally {
    client.release(!clean);
  }
}

/**
 * The question has a transaction of its own in front: what it answers is older than the snapshot of the work, also under
 * repeatable read. All in one message.
 */
async function admitted(client: PoolClient, start: Start, { question, pause }: Admission): Promise<void> {
  for (;;) {
    const text = `BEGIN READ ONLY; ${question}; COMMIT; ${beginText(start)}`;
    const results = (await client.query(text)) as unknown as readonly QueryResult<unknown>[];
    const milliseconds = pause(results[1]?.rows[0]);
    if (milliseconds === 0) return;
    await client.query(`ROLLBACK${washing(client)}`);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
}

function beginText({ settings, role, options }: Start): string {
  const { isolation, readOnly, statementTimeout, lockTimeout } = options;
  const level = isolation ? ` ISOLATION LEVEL ${isolation.toUpperCase()}` : '';
  const timeouts = [
    ...(statementTimeout === undefined ? [] : [`SET LOCAL statement_timeout = ${whole(statementTimeout)}`]),
    ...(lockTimeout === undefined ? [] : [`SET LOCAL lock_timeout = ${whole(lockTimeout)}`]),
  ];
  const identity = Object.entries(settings).map(([name, value]) => `SET LOCAL ${setting(name)} = ${literal(value)}`);
  const roles = role === undefined ? [] : [`SET LOCAL ROLE ${ident(role)}`];
  return [`BEGIN${level}${readOnly ? ' READ ONLY' : ''}`, ...timeouts, ...identity, ...roles].join('; ');
}

function setting(name: string): string {
  return name.split('.').map(ident).join('.');
}

async function finish(client: PoolClient, start: Start): Promise<void> {
  const status = statusOf(client);
  if (status === 'I')
    throw new TransactionEndedError('the work ended the transaction itself: leave COMMIT to withActor');
  if (status === 'E') {
    throw new NotCommittedError('a statement failed and the work went on: PostgreSQL has undone the transaction');
  }
  const session = start.options.readOnly ? undefined : start.options.session;
  const text = session ? committing(client) : `COMMIT${washing(client)}`;
  const done: unknown = await client.query(text).catch(unawaited);
  // Several statements in one message give a list of results. A query that nobody awaited may have failed meanwhile.
  const results = (Array.isArray(done) ? done : [done]) as readonly QueryResult<{ readonly lsn: string }>[];
  if (!results.some(({ command }) => command === 'COMMIT')) unawaited({ code: FAILED_TRANSACTION });
  const position = results[0]?.rows[0] === undefined ? undefined : results.at(-1)?.rows[0];
  if (session && position) session.advance(position.lsn);
}

/** Row of the first result: something was written. Of the last: where the log is now, at or behind the COMMIT. */
function committing(client: PoolClient): string {
  const wrote = 'SELECT FROM (SELECT pg_current_xact_id_if_assigned() AS id) AS x WHERE id IS NOT NULL';
  return `${wrote}; COMMIT${washing(client)}; SELECT pg_current_wal_insert_lsn()::text AS lsn`;
}

const FAILED_TRANSACTION = '25P02';

function unawaited(thrown: { readonly code?: string }): never {
  if (thrown.code !== FAILED_TRANSACTION) throw thrown;
  throw new NotCommittedError('a statement that was not awaited failed: PostgreSQL has undone the transaction');
}

/** False: the connection is in no known state. */
async function rolledBack(client: PoolClient): Promise<boolean> {
  const succeeds = (text: string): Promise<boolean> =>
    client.query(text).then(
      () => true,
      () => false,
    );
  // The server has ended it (a COMMIT that failed), or the work has: a ROLLBACK would be a warning in the server's log.
  // Or the message of the failure has come in two pieces, and the status in the second one is not here yet.
  const ended = statusOf(client) === 'I' && (await succeeds(`SELECT 1${washing(client)}`));
  return ended || succeeds(`ROLLBACK${washing(client)}`);
}
