/**
 * Transactions as loans, with an identity that ends with them. Everything is SET LOCAL and travels in the message of
 * BEGIN: no extra round trip, and nothing for a transaction-pooling proxy to mix up. COMMIT and ROLLBACK also take back
 * what the work itself may have SET for the session; a connection that cannot be brought back to a known state is closed.
 */
import { ident, literal } from '../base/ident.ts';
import {
  NotCommittedError,
  type Pool,
  type PoolClient,
  type Queryable,
  type QueryResult,
  TransactionEndedError,
} from './model.ts';
import { type RetryOptions, retried } from './retry.ts';

export interface Actor {
  /** Becomes `app.user_id`; null: nobody, an anonymous visitor. */
  readonly userId: number | string | bigint | null;
  /** Role of the transaction. Default: the one that the pool logs in as. */
  readonly role?: string;
  /** More settings of the transaction: `{ 'app.tenant': '7' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface TransactionOptions extends RetryOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Milliseconds that one statement may take. Default: the server's. */
  readonly statementTimeout?: number;
  /** Milliseconds that one statement may wait for a lock. */
  readonly lockTimeout?: number;
}

export type Work<T> = (tx: Queryable) => Promise<T>;

/** Runs `work` as a user. Conflicts (40001, 40P01) run it again from the start: let it do nothing outside the database. */
export function withActor<T>(pool: Pool, actor: Actor, work: Work<T>, options: TransactionOptions = {}): Promise<T> {
  const { userId, role, settings = {} } = actor;
  const all = { ...settings, 'app.user_id': userId === null ? '' : String(userId) };
  return retried(() => once(pool, { settings: all, role, options }, work), options);
}

/** The same without an identity. */
export function withTransaction<T>(pool: Pool, work: Work<T>, options: TransactionOptions = {}): Promise<T> {
  return retried(() => once(pool, { settings: {}, role: undefined, options }, work), options);
}

interface Start {
  readonly settings: Readonly<Record<string, string>>;
  readonly role: string | undefined;
  readonly options: TransactionOptions;
}

async function once<T>(pool: Pool, start: Start, work: Work<T>): Promise<T> {
  const begin = beginText(start);
  const client = await pool.connect();
  const tx = new Loan(client);
  let clean = false;
  try {
    await client.query(begin);
    const result = await work(tx);
    tx.end();
    await finish(client, start);
    clean = true;
    return result;
  } catch (thrown) {
    tx.end();
    clean = await rolledBack(client, start);
    throw thrown;
  } finally {
    client.release(!clean);
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

function whole(milliseconds: number): number {
  if (!Number.isInteger(milliseconds) || milliseconds < 0) throw new RangeError(`not milliseconds: ${milliseconds}`);
  return milliseconds;
}

/** In the message of COMMIT or ROLLBACK: the next transaction of the connection is nobody's again. */
function washing({ settings, role }: Start): string {
  const names = Object.keys(settings).map((name) => `; RESET ${setting(name)}`);
  return `${role === undefined && names.length === 0 ? '' : '; RESET ROLE'}${names.join('')}`;
}

async function finish(client: PoolClient, start: Start): Promise<void> {
  const status = statusOf(client);
  if (status === 'I')
    throw new TransactionEndedError('the work ended the transaction itself: leave COMMIT to withActor');
  if (status === 'E') {
    throw new NotCommittedError('a statement failed and the work went on: PostgreSQL has undone the transaction');
  }
  const done: unknown = await client.query(`COMMIT${washing(start)}`);
  // Several statements in one message give a list of results. A query that nobody awaited may have failed meanwhile.
  const [first] = (Array.isArray(done) ? done : [done]) as readonly { readonly command: string }[];
  if (first?.command !== 'COMMIT') {
    throw new NotCommittedError('a statement that was not awaited failed: PostgreSQL has undone the transaction');
  }
}

/** False: the connection is in no known state. */
async function rolledBack(client: PoolClient, start: Start): Promise<boolean> {
  if (statusOf(client) === 'I') {
    // The server has ended it (a COMMIT that failed), or the work has; settings of the session are taken back anyway.
    return client.query(`SELECT 1${washing(start)}`).then(
      () => true,
      () => false,
    );
  }
  return client.query(`ROLLBACK${washing(start)}`).then(
    () => true,
    () => false,
  );
}

/** As the server said after the last statement: I idle, T in a transaction, E in a failed one. */
function statusOf(client: PoolClient): string | null {
  return (client as unknown as { getTransactionStatus(): string | null }).getTransactionStatus();
}

/** What the work holds: dead when the transaction is over, so that a forgotten query cannot run as the next user. */
class Loan implements Queryable {
  readonly #client: PoolClient;
  #open = true;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async query<Row>(...args: Parameters<Queryable['query']>): Promise<QueryResult<Row>> {
    if (!this.#open) throw new TransactionEndedError('the transaction is over: await every query inside the work');
    if (statusOf(this.#client) === 'I') {
      throw new TransactionEndedError('the work ended the transaction itself: leave COMMIT to withActor');
    }
    return this.#client.query<Row>(...args);
  }

  end(): void {
    this.#open = false;
  }
}
