/**
 * A real PgBouncer in transaction pooling mode in front of the test server, lent to a piece of work. Needs the program
 * `pgbouncer` (Debian's package of that name, which `.ci/run` installs). Like PostgreSQL it refuses root, so under root
 * it gets the id that a server of ours would get.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';
import type { Target } from '../../src/base/target.ts';
import { withSession } from '../../src/pg/pool.ts';
import { type Identity, serverIdentity, spawnIds } from '../../src/server/identity.ts';
import { sleep } from '../../src/server/process.ts';

export interface BouncerOptions {
  /** The server behind it. Every database of that server can be asked for. */
  readonly target: Target;
  /** Connections to the server for one user and database, which all clients share. Default 2. */
  readonly serverConnections?: number;
  /** Logins besides the target's own, with the target's password: see login() in database.ts. */
  readonly users?: readonly string[];
  /** `require`: clients must use TLS; the certificate is that of test/cases/tls. Default: they need not, and cannot. */
  readonly tls?: 'disable' | 'require';
  /** More lines of its [pgbouncer] section. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Bouncer {
  /** The given target, reached through PgBouncer. */
  readonly target: Target;
  /** What PgBouncer has logged until now. */
  readonly log: () => string;
}

const MISSING = 'pgbouncer is not installed: apt-get install --no-install-recommends pgbouncer';
const PROGRAM = programPath();

/** `describe`, where pgbouncer is there. In CI its absence is a failure, elsewhere the tests are skipped and say why. */
export function describeBehindPgbouncer(name: string, suite: () => void): void {
  if (PROGRAM !== null) return void describe(name, suite);
  if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(MISSING);
    });
  } else describe.skip(`${name} (${MISSING})`, suite);
}

/** Starts PgBouncer on a free port of 127.0.0.1, lends it to `work`, and stops it whatever happens. */
export async function withPgbouncer<T>(options: BouncerOptions, work: (bouncer: Bouncer) => Promise<T>): Promise<T> {
  if (PROGRAM === null) throw new Error(MISSING);
  const folder = mkdtempSync(join(tmpdir(), 'strata-pgbouncer-'));
  const log = (): string => readFileSync(join(folder, 'log'), { encoding: 'utf8', flag: 'a+' });
  const running: ChildProcess[] = [];
  const stopAll = (): void => {
    for (const child of running) child.kill('SIGKILL');
  };
  process.once('exit', stopAll);
  try {
    const target = await start(PROGRAM, folder, options, running);
    if (target === null) throw new Error(`pgbouncer does not start:\n${log()}`);
    return await work({ target, log });
  } finally {
    process.off('exit', stopAll);
    for (const child of running) await stop(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A port that was free a moment ago may be taken by now: then another one is tried. Null: none worked. */
async function start(
  program: string,
  folder: string,
  options: BouncerOptions,
  running: ChildProcess[],
): Promise<Target | null> {
  const identity = serverIdentity([]);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const port = await freePort();
    const ssl = options.tls === 'require' ? ({ ssl: { mode: 'require' } } as const) : {};
    const target = { ...options.target, host: '127.0.0.1', port, ...ssl };
    const file = configure(folder, port, options, identity);
    const child = spawn(program, ['-q', file], { ...spawnIds(identity), cwd: '/', stdio: 'ignore' });
    child.on('error', () => undefined);
    running.push(child);
    if (await answers(child, target)) return target;
  }
  return null;
}

function configure(folder: string, port: number, options: BouncerOptions, identity: Identity): string {
  const { target, serverConnections = 2, users = [], tls = 'disable', settings = {} } = options;
  const password = target.password ?? '';
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    pool_mode: 'transaction',
    default_pool_size: serverConnections,
    max_client_conn: 500,
    auth_type: target.password === undefined ? 'trust' : 'scram-sha-256',
    auth_file: join(folder, 'users'),
    logfile: join(folder, 'log'),
    client_tls_sslmode: tls,
    client_tls_cert_file: join(folder, 'server.pem'),
    client_tls_key_file: join(folder, 'server.key'),
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const names = [target.user, ...users].map((user) => `${quoted(user)} ${quoted(password)}`);
  const texts = {
    ini: `[databases]\n* = host=${target.host} port=${target.port}\n[pgbouncer]\n${lines.join('\n')}\n`,
    users: `${names.join('\n')}\n`,
    'server.pem': readFileSync('test/cases/tls/server.pem', 'utf8'),
    'server.key': readFileSync('test/cases/tls/server.key', 'utf8'),
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  if (identity)
    for (const path of ['', ...Object.keys(texts)]) chownSync(join(folder, path), identity.uid, identity.gid);
  return join(folder, 'ini');
}

/** In its file of users a quote is doubled. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Whether a query goes through, before the program ends or 30 seconds are over. */
async function answers(child: ChildProcess, target: Target): Promise<boolean> {
  for (const until = Date.now() + 30_000; Date.now() < until; await sleep(20)) {
    if (hasEnded(child)) return false;
    const answered = await withSession(target, (s) => s.query('SELECT 1')).then(
      () => true,
      () => false,
    );
    if (answered) return true;
  }
  return false;
}

/** SIGTERM is an immediate shutdown up to 1.22, and waits for clients from 1.23 on: such a one is killed. */
async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  for (const until = Date.now() + 5_000; !hasEnded(child) && Date.now() < until; ) await sleep(10);
  if (hasEnded(child)) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Debian puts it into /usr/sbin, which is not on every user's path. */
function programPath(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
  return folders.map((folder) => join(folder, 'pgbouncer')).find((file) => existsSync(file)) ?? null;
}
