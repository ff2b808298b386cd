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

/**
 * A connection URL for programs and people who asked for one (`db url`). Holds the password: never log it.
 * Percent-encoded throughout: libpq does not read `+` as a space.
 */
export function targetUrl(target: Target): string {
  const { host, port, user, password, database, ssl, options } = target;
  const socket = host.startsWith('/');
  const auth = encodeURIComponent(user) + (password ? `:${encodeURIComponent(password)}` : '');
  const place = socket ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const parameters: Readonly<Record<string, string | undefined>> = {
    host: socket ? host : undefined,
    port: socket ? String(port) : undefined,
    sslmode: ssl?.mode,
    sslrootcert: ssl?.rootCert,
    sslcert: ssl?.cert,
    sslkey: ssl?.key,
    options,
  };
  const query = Object.entries(parameters)
    .flatMap(([key, value]) => (value ? [`${key}=${encodeURIComponent(value)}`] : []))
    .join('&');
  return `postgresql://${auth}@${place}/${encodeURIComponent(database)}${query ? `?${query}` : ''}`;
}
