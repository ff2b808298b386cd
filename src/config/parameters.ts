/** libpq's connection parameters, however they were written, and the Target they make. */

import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { closest } from '../base/closest.ts';
import { messageOf } from '../base/errors.ts';
import { NAME_BYTES } from '../base/ident.ts';
import type { SslMode, Target } from '../base/target.ts';

/** Parameters by libpq's keywords: `host`, `dbname`, `sslmode`, … */
export type Parameters = Readonly<Record<string, string>>;

/** A fault of a connection string, a variable, a service file: listed with the faults of the configuration. */
export class ConnectionFault extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export const SSL_MODES: readonly SslMode[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** What we use. */
const USED = [
  'host',
  'hostaddr',
  'port',
  'user',
  'password',
  'passfile',
  'dbname',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'options',
  'application_name',
  'fallback_application_name',
  'connect_timeout',
  'service',
  'servicefile',
] as const;

/** What libpq knows and a tool like this one can leave to the driver. */
const IGNORED = [
  'channel_binding',
  'client_encoding',
  'gssdelegation',
  'gssencmode',
  'gsslib',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'krbsrvname',
  'load_balance_hosts',
  'max_protocol_version',
  'min_protocol_version',
  'replication',
  'require_auth',
  'requirepeer',
  'requiressl',
  'ssl_max_protocol_version',
  'ssl_min_protocol_version',
  'sslcertmode',
  'sslcompression',
  'sslcrl',
  'sslcrldir',
  'sslnegotiation',
  'sslpassword',
  'sslsni',
  'target_session_attrs',
  'tcp_user_timeout',
] as const;

/** Throws for a keyword that libpq would refuse. */
export function checkKeyword(keyword: string): void {
  const known: readonly string[] = [...USED, ...IGNORED];
  if (known.includes(keyword)) return;
  const near = closest(keyword, known);
  throw new ConnectionFault(
    `unknown connection parameter "${keyword}"`,
    near ? `Did you mean "${near}"?` : `Known parameters: ${USED.join(', ')}.`,
  );
}

/** Parameters that are complete but for defaults, as a Target. `passwordFor` looks into .pgpass. */
export function toTarget(given: Parameters, passwordFor: (target: Target) => string | undefined): Target {
  const port = portOf(given.port);
  const host = given.hostaddr || given.host || defaultHost(port);
  const user = given.user || systemUser();
  if (host.includes(',')) {
    throw new ConnectionFault('several hosts in one connection are not supported', 'Name the host to work on.');
  }
  const database = given.dbname || user;
  const bytes = Buffer.byteLength(database);
  // PostgreSQL would cut it, and connect to another one.
  if (bytes > NAME_BYTES) {
    throw new ConnectionFault(`the name of the database has ${bytes} bytes`, `PostgreSQL keeps ${NAME_BYTES} of them.`);
  }
  const ssl = sslOf(given);
  const application = given.application_name ?? given.fallback_application_name;
  const target: Target = {
    host,
    port,
    user,
    database,
    ...(ssl ? { ssl } : {}),
    ...(given.options ? { options: given.options } : {}),
    ...(application ? { applicationName: application } : {}),
    ...timeoutOf(given.connect_timeout),
  };
  const password = given.password || passwordFor(given.host ? { ...target, host: given.host } : target);
  return password ? { ...target, password } : target;
}

function portOf(text: string | undefined): number {
  if (!text) return 5432;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new ConnectionFault(`"${text}" is not a port`, 'A port is a number from 1 to 65535.');
}

function timeoutOf(text: string | undefined): { readonly connectTimeout?: number } {
  if (!text) return {};
  if (!/^-?\d+$/.test(text)) throw new ConnectionFault(`connect_timeout "${text}" is not a number of seconds`);
  return { connectTimeout: Math.max(0, Number(text)) };
}

/** As libpq: the socket of a server on this machine, else localhost. */
function defaultHost(port: number): string {
  const folders = process.platform === 'win32' ? [] : ['/var/run/postgresql', '/tmp'];
  return folders.find((folder) => existsSync(join(folder, `.s.PGSQL.${port}`))) ?? 'localhost';
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch (thrown) {
    throw new ConnectionFault(`no user is given and this machine names none: ${messageOf(thrown)}`, 'Set PGUSER.');
  }
}

function sslOf(given: Parameters): Target['ssl'] | undefined {
  const { sslmode, sslcert, sslkey } = given;
  const rootcert = given.sslrootcert;
  if (!sslmode && !rootcert && !sslcert && !sslkey) return undefined;
  // `sslrootcert=system` means the authorities that the machine trusts, and nothing weaker than verify-full.
  const mode = sslMode(sslmode || (rootcert === 'system' ? 'verify-full' : 'prefer'));
  if (rootcert === 'system' && mode !== 'verify-full') {
    throw new ConnectionFault(`sslrootcert=system needs sslmode=verify-full, not ${mode}`);
  }
  const asked = mode === 'require' || mode === 'verify-ca' || mode === 'verify-full';
  const home = (file: string) => (asked ? existing(join(homedir(), '.postgresql', file)) : undefined);
  const root = rootcert === 'system' ? undefined : (readable('sslrootcert', rootcert) ?? home('root.crt'));
  const cert = readable('sslcert', sslcert) ?? home('postgresql.crt');
  const key = readable('sslkey', sslkey) ?? (cert ? home('postgresql.key') : undefined);
  const name = given.hostaddr && given.host ? { serverName: given.host } : {};
  return {
    mode,
    ...name,
    ...(root ? { rootCert: root } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
  };
}

function sslMode(text: string): SslMode {
  const mode = SSL_MODES.find((one) => one === text);
  if (mode) return mode;
  const near = closest(text, SSL_MODES);
  throw new ConnectionFault(
    `sslmode "${text}" does not exist`,
    near ? `Did you mean "${near}"?` : `It can be ${SSL_MODES.join(', ')}.`,
  );
}

function readable(keyword: string, path: string | undefined): string | undefined {
  if (!path || existsSync(path)) return path || undefined;
  throw new ConnectionFault(`${keyword} file ${path} does not exist`);
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}
