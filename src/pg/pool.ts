/**
 * The only importer of `pg`: opens sessions, sends statements, maps the driver's errors.
 *
 * `withSession` lends one connection and always gives it back. Two ways to send:
 * - `query(sql, params)`: one statement, rows back;
 * - `batch(sql)`: many statements in one message of the simple protocol, hence one round trip; when one fails, the
 *   error says how many were complete, which is how a failed migration knows its statement number.
 * pg's Pool is not used here: a command needs one or two connections for its whole life.
 */
import pg from 'pg';
import { ToolError } from '../base/errors.ts';
import { describeTarget, type Target } from '../base/target.ts';
import { connectionFault } from './connect-error.ts';
import { ServerError } from './server-error.ts';
import { isSslRefusal, sslAttempts, tlsOptions } from './tls.ts';

export interface Row {
  readonly [column: string]: unknown;
}

export interface BatchResult {
  /** Command tag: `SELECT`, `CREATE`, … */
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: readonly Row[];
}

export interface Notice {
  readonly severity: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** The server's C function that sent it: tells kinds of notices apart whatever their language. */
  readonly routine?: string;
}

export interface Session {
  readonly target: Target;
  /** The server process's id, as in pg_stat_activity. */
  readonly pid: number;
  /** As `server_version_num`: 170011. */
  readonly serverVersion: number;
  /** One statement. Values go as parameters, never into the text. */
  query<R extends object = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** Many statements, one round trip, results in order. Throws a ServerError whose `completed` counts the finished ones. */
  batch(sql: string): Promise<readonly BatchResult[]>;
  onNotice(listener: (notice: Notice) => void): () => void;
  /** The driver's client, for COPY streams (pg-copy-streams) only. */
  readonly client: pg.Client;
}

export interface SessionOptions {
  /** Sent as the first statements, before anything else: `SET` of timeouts, role and such. */
  readonly setup?: string;
}

/** The oldest major version that we support, and the newest that we know. */
export const SUPPORTED = { oldest: 15, newest: 18 } as const;

export async function withSession<T>(
  target: Target,
  work: (session: Session) => Promise<T>,
  options: SessionOptions = {},
): Promise<T> {
  const session = await openSession(target, options);
  try {
    return await work(session);
  } finally {
    await closeSession(session);
  }
}

/** For owners of long-lived sessions (lock, listeners). Everyone else uses `withSession`. */
export async function openSession(target: Target, options: SessionOptions = {}): Promise<Session> {
  const { client, serverVersion } = await connect(target);
  const session = sessionOf(client, serverVersion, target);
  if (session.serverVersion < SUPPORTED.oldest * 10_000) {
    await closeSession(session);
    throw new ToolError('SERVER_UNSUPPORTED', `PostgreSQL ${majorOf(session)} is older than ${SUPPORTED.oldest}`, {
      detail: `server: ${describeTarget(target)}`,
      hint: `Upgrade the server: strata supports PostgreSQL ${SUPPORTED.oldest} to ${SUPPORTED.newest}.`,
    });
  }
  if (options.setup) await session.batch(options.setup);
  return session;
}

export async function closeSession(session: Session): Promise<void> {
  await session.client.end().catch(() => undefined);
}

export function majorOf(session: Session): number {
  return Math.floor(session.serverVersion / 10_000);
}

async function connect(target: Target): Promise<{ client: pg.Client; serverVersion: number }> {
  let last: unknown;
  for (const secure of sslAttempts(target.ssl?.mode, target.host)) {
    const client = new pg.Client(clientConfig(target, secure));
    // A connection that dies while idle must not crash the process, not even between its making and its first statement, which reports it.
    client.on('error', () => undefined);
    const version = serverVersionOf(client);
    try {
      await client.connect();
      return { client, serverVersion: version() };
    } catch (thrown) {
      last = thrown;
      await client.end().catch(() => undefined);
      if (!isSslRefusal(thrown)) break;
    }
  }
  throw connectionFault(last, target);
}

function clientConfig(target: Target, secure: boolean): pg.ClientConfig {
  const timeout = target.connectTimeout ?? 10;
  return {
    host: target.host,
    port: target.port,
    user: target.user,
    database: target.database,
    // A function keeps pg from reading .pgpass itself: config/ has done so, by libpq's rules.
    password: () => target.password ?? '',
    application_name: target.applicationName ?? 'strata',
    ...(target.options ? { options: target.options } : {}),
    ...(timeout > 0 ? { connectionTimeoutMillis: timeout * 1000 } : {}),
    ssl: secure ? tlsOptions(target) : false,
    keepAlive: true,
  };
}

function sessionOf(client: pg.Client, serverVersion: number, target: Target): Session {
  return {
    target,
    client,
    pid: (client as unknown as { processID: number }).processID,
    serverVersion,
    async query<R extends object>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
      try {
        const result = await client.query(sql, params as unknown[]);
        return result.rows as R[];
      } catch (thrown) {
        throw asServerError(thrown, 0);
      }
    },
    batch: (sql) => sendBatch(client, sql),
    onNotice(listener) {
      client.on('notice', listener as (notice: unknown) => void);
      return () => client.off('notice', listener as (notice: unknown) => void);
    },
  };
}

/**
 * The server tells its version at login (`17.11 (Debian …)`, `18beta1`), so that asking would be a round trip wasted;
 * pg passes the message on but does not keep it.
 */
function serverVersionOf(client: pg.Client): () => number {
  let text = '';
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
  connection.on('parameterStatus', (status: { parameterName: string; parameterValue: string }) => {
    if (status.parameterName === 'server_version') text = status.parameterValue;
  });
  return () => {
    const [, major = '0', minor = '0'] = /^(\d+)(?:\.(\d+))?/.exec(text) ?? [];
    return Number(major) * 10_000 + Number(minor);
  };
}

function sendBatch(client: pg.Client, sql: string): Promise<readonly BatchResult[]> {
  return new Promise((resolve, reject) => {
    const counting = new CountingQuery(
      { text: sql } as never,
      undefined as never,
      ((thrown: unknown, results: unknown) => {
        if (thrown) reject(asServerError(thrown, counting.completed));
        else resolve((Array.isArray(results) ? results : [results]) as readonly BatchResult[]);
      }) as never,
    );
    client.query(counting as unknown as pg.Query);
  });
}

interface QueryInternals {
  new (...args: never[]): { handleCommandComplete(message: unknown, connection: unknown): void };
}

/** pg calls these handlers per protocol message; counting them tells which statement of a batch failed. */
class CountingQuery extends (pg.Query as unknown as QueryInternals) {
  completed = 0;

  override handleCommandComplete(message: unknown, connection: unknown): void {
    this.completed += 1;
    super.handleCommandComplete(message, connection);
  }
}

export function asServerError(thrown: unknown, completed: number): unknown {
  if (!(thrown instanceof pg.DatabaseError)) return thrown;
  const e = thrown;
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return new ServerError(
    e.message,
    {
      sqlstate: e.code ?? 'XX000',
      severity: e.severity,
      detail: e.detail,
      hint: e.hint,
      position: number(e.position),
      internalPosition: number(e.internalPosition),
      internalQuery: e.internalQuery,
      where: e.where,
      schema: e.schema,
      table: e.table,
      column: e.column,
      dataType: e.dataType,
      constraint: e.constraint,
    },
    completed,
  );
}
