/**
 * What an application sees of the client. Types of our own, so that nobody needs the type package of `pg`; they fit
 * Kysely's PostgresDialect, the generated procedures and registerTypes().
 */

export interface QueryConfig {
  readonly text: string;
  readonly values?: unknown[];
  /** Makes it a prepared statement of the connection. Behind a transaction-pooling proxy: only one that knows them. */
  readonly name?: string;
  readonly rowMode?: 'array';
}

export interface QueryResult<Row> {
  rows: Row[];
  rowCount: number | null;
  command: string;
}

// biome-ignore lint/suspicious/noExplicitAny: as in pg's own types: the caller says what a row is.
export type AnyRow = any;

export interface Queryable {
  query<Row = AnyRow>(query: string | QueryConfig, values?: unknown[]): Promise<QueryResult<Row>>;
}

export interface PoolClient extends Queryable {
  /** Gives the connection back; `true` or an error closes it. Once more does nothing. */
  release(destroy?: boolean | Error): void;
  setTypeParser(oid: number, format: 'text', parse: (text: string) => unknown): void;
  getTypeParser(oid: number, format: 'text'): (text: string) => unknown;
}

/** Connections that are kept, and those that are opened beyond them under load and closed when they come back. */
export interface PoolSize {
  readonly size: number;
  readonly overflow: number;
}

/** The sizes of an application's life. The sum over all processes must stay below the server's max_connections. */
export const SIZES = {
  development: { size: 5, overflow: 10 },
  mvp: { size: 10, overflow: 20 },
  scale: { size: 20, overflow: 40 },
} as const satisfies Readonly<Record<string, PoolSize>>;

export interface QueryEvent {
  /** Literals are masked, and values of parameters are not here: both may be personal data. */
  readonly text: string;
  readonly name: string | undefined;
  readonly parameters: number;
  /** Milliseconds since the epoch, for spans that begin in the past. */
  readonly startedAt: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly rowCount: number | null;
  /** SQLSTATE of a statement that failed; `unknown` when the connection broke. */
  readonly error: string | undefined;
}

export interface SlowQueryEvent extends QueryEvent {
  /** The server's plan for it, with the same values, without running it. Null for what has no plan. */
  readonly explain: () => Promise<string | null>;
}

export interface PoolOptions {
  /** `postgresql://user@host/database`. Without it libpq's variables (PGHOST, …) hold. */
  readonly connectionString?: string;
  /** A name, or numbers. Default: development, 5 and 10 more. */
  readonly size?: keyof typeof SIZES | PoolSize;
  /** Milliseconds to wait for a connection, the trying of old ones included, before a PoolTimeoutError. Default 30,000. */
  readonly waitTimeout?: number;
  /**
   * Milliseconds that one statement may take, in a transaction too unless it says otherwise. Default: the server's. Part
   * of the startup packet, which PgBouncer refuses unless `ignore_startup_parameters` names it: there, ALTER ROLE … SET.
   */
  readonly statementTimeout?: number;
  /** Seconds after which a connection is replaced by a new one. Default 3,600. */
  readonly recycle?: number;
  /** Milliseconds a connection may lie idle before it is asked whether it still lives, when it is lent. Default 5,000; 0: every time. */
  readonly prePing?: number;
  /** Milliseconds a connection lies idle before it is closed. Default 300,000. */
  readonly idleTimeout?: number;
  /** As in pg_stat_activity. */
  readonly applicationName?: string;
  /** After every statement. What it throws is ignored. */
  readonly onQuery?: (event: QueryEvent) => void;
  /** After a statement that took `slowAfter` milliseconds, default 1,000. */
  readonly onSlowQuery?: (event: SlowQueryEvent) => void;
  readonly slowAfter?: number;
  /** An idle connection broke; the pool has already dropped it. */
  readonly onError?: (error: Error) => void;
}

export interface PoolStats {
  readonly size: number;
  readonly overflow: number;
  /** Connections open now. */
  readonly open: number;
  readonly idle: number;
  readonly lent: number;
  /** Requests in the queue. */
  readonly waiting: number;
  /** Since the start: requests served, requests that waited too long, connections found dead when lent, slow statements. */
  readonly served: number;
  readonly timeouts: number;
  readonly dead: number;
  readonly slow: number;
}

export interface Pool extends Queryable {
  /** A connection of one's own; give it back with `release()`. */
  connect(): Promise<PoolClient>;
  stats(): PoolStats;
  on(event: 'acquire', listener: (client: PoolClient) => void): unknown;
  /** Takes no more requests, waits for those it has, at most `grace` milliseconds (default 10,000); then cancels them. */
  shutdown(options?: { readonly grace?: number }): Promise<{ readonly forced: number }>;
  /** The same, without an end of its patience. */
  end(): Promise<void>;
}

/** No connection became free in time. */
export class PoolTimeoutError extends Error {
  override readonly name = 'PoolTimeoutError';
}

/** The pool was shut down before the request, or while it waited. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';
}

/** A query was sent with a transaction that is over, or the work ended it itself. */
export class TransactionEndedError extends Error {
  override readonly name = 'TransactionEndedError';
}

/** A statement had failed, the work went on as if nothing had happened, and so nothing was stored. */
export class NotCommittedError extends Error {
  override readonly name = 'NotCommittedError';
}
