/** Where a database is. Made by config/ (flags, URL, libpq variables, environments) or by server/ (the embedded one). */

export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface Target {
  /** Host name, address, or the folder of a Unix socket (begins with `/`). */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Undefined: `.pgpass` is asked by config/ before; the server may not want one. */
  readonly password?: string;
  readonly ssl?: {
    readonly mode: SslMode;
    /** Paths of PEM files. */
    readonly rootCert?: string;
    readonly cert?: string;
    readonly key?: string;
    /** The name the certificate must be for, where `host` is an address (libpq's hostaddr beside host). */
    readonly serverName?: string;
  };
  /** Command-line options for the server process, as PGOPTIONS. */
  readonly options?: string;
  readonly applicationName?: string;
  /** Seconds; 0 waits for ever. Default 10. */
  readonly connectTimeout?: number;
}

/** `user@host:port/database`, for messages: never the password. */
export function describeTarget(target: Target): string {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return `${target.user}@${host}:${target.port}/${target.database}`;
}

/** The same server, another database. */
export function withDatabaseName(target: Target, database: string): Target {
  return { ...target, database };
}

/** A connection URL for programs and people who asked for one (`db url`). Holds the password: never log it. */
export function targetUrl(target: Target): string {
  const auth = encodeURIComponent(target.user) + (target.password ? `:${encodeURIComponent(target.password)}` : '');
  const query = new URLSearchParams();
  const socket = target.host.startsWith('/');
  if (socket) query.set('host', target.host);
  if (target.ssl) query.set('sslmode', target.ssl.mode);
  const host = socket ? '' : target.host.includes(':') ? `[${target.host}]` : target.host;
  const port = socket ? '' : `:${target.port}`;
  if (socket) query.set('port', String(target.port));
  const tail = query.size > 0 ? `?${query}` : '';
  return `postgresql://${auth}@${host}${port}/${encodeURIComponent(target.database)}${tail}`;
}
