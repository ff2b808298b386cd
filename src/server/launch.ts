/**
 * Starting and stopping a cluster's server. It runs detached from us and outlives us: the next command finds it warm.
 *
 * TCP on 127.0.0.1 with a random port and a password, not a Unix socket: the same on every system, no limit of 107 bytes
 * on its path, and what JDBC and graphical clients can use. pg_ctl is not used to start: it looks every 100 ms only.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Cluster, lastLines, SUPERUSER, serverEnv } from './cluster.ts';
import { spawnIds } from './identity.ts';
import { disarmStaleFile, probe, readPostmaster } from './postmaster.ts';
import { isAlive, sleep, startMark } from './process.ts';

export interface LaunchOptions {
  readonly logFile: string;
  /** Tried first, so that a restarted server is found where it was. */
  readonly port?: number;
  /** Server settings for this run only, as `-c name=value`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Milliseconds until a server that does not answer is given up; recovery after a crash takes its time. Default 120,000. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

export interface Launched {
  readonly pid: number;
  readonly mark: string;
  readonly port: number;
}

const POLL = 10;
const PORT_ATTEMPTS = 5;
/** Backends of a killed server leave within seconds; until then they hold its shared memory. */
const LEFTOVER_WAIT = 15_000;

/** Starts the server and waits until it takes connections. Throws EMBEDDED_START with the end of its log. */
export async function launch(cluster: Cluster, options: LaunchOptions): Promise<Launched> {
  disarmStaleFile(cluster.dataDir);
  rotate(options.logFile);
  const leftoversUntil = Date.now() + LEFTOVER_WAIT;
  let ports = 0;
  for (;;) {
    const port = ports === 0 && options.port ? await freePort(options.port) : await freePort();
    const log = sizeOf(options.logFile);
    const result = await attempt(cluster, port, options);
    if (result !== null) return result;
    const said = readFileSync(options.logFile, 'utf8').slice(log);
    options.signal?.throwIfAborted();
    if (/could not bind|could not create any TCP/.test(said) && ++ports < PORT_ATTEMPTS) continue;
    if (!/pre-existing shared memory block/.test(said) || Date.now() > leftoversUntil)
      throw startFault(cluster, said, options);
    await sleep(250);
  }
}

/** Null when the server ended before it was ready, or was not ready in time. */
async function attempt(cluster: Cluster, port: number, options: LaunchOptions): Promise<Launched | null> {
  const child = spawnServer(cluster, port, options);
  let ended = false;
  child.on('error', () => {
    ended = true;
  });
  child.on('exit', () => {
    ended = true;
  });
  const deadline = Date.now() + (options.wait ?? 120_000);
  while (!ended && child.pid !== undefined) {
    const postmaster = readPostmaster(cluster.dataDir);
    if (postmaster?.pid === child.pid && postmaster.status === 'ready' && (await probe(port, SUPERUSER)) === 'ready') {
      child.removeAllListeners();
      return { pid: child.pid, mark: startMark(child.pid), port };
    }
    if (Date.now() > deadline || options.signal?.aborted) {
      await stopProcess(child.pid, 'fast', () => ended);
      return null;
    }
    await sleep(POLL);
  }
  return null;
}

function spawnServer(
  cluster: Cluster,
  port: number,
  { logFile, settings = {} }: LaunchOptions,
): ReturnType<typeof spawn> {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    ...settings,
  };
  const log = openSync(logFile, 'a', 0o600);
  try {
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(cluster.installation.bin, 'postgres'), ['-D', cluster.dataDir, ...flags], {
      ...spawnIds(cluster.identity),
      env: serverEnv(),
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      windowsHide: true,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function startFault(cluster: Cluster, said: string, { logFile }: LaunchOptions): ToolError {
  return new ToolError('EMBEDDED_START', 'the embedded server does not start', {
    detail: lastLines(said) || `${join(cluster.installation.bin, 'postgres')} ended without a word`,
    hint: `These are the last lines of its log, ${logFile}. To start afresh instead: mv ${cluster.dataDir} ${cluster.dataDir}.broken`,
  });
}

/** As pg_ctl calls them: `fast` ends sessions and writes the data, `immediate` is for data that nobody will miss. */
export type ShutdownMode = 'fast' | 'immediate';

export function stopServer(
  server: { readonly dataDir: string; readonly bin: string },
  pid: number,
  mode: ShutdownMode = 'fast',
): Promise<void> {
  if (process.platform === 'win32') {
    spawnSync(join(server.bin, 'pg_ctl'), ['stop', '-D', server.dataDir, '-m', mode, '-w'], { windowsHide: true });
    return Promise.resolve();
  }
  return stopProcess(pid, mode);
}

const SIGNALS = { fast: ['SIGINT', 'SIGQUIT', 'SIGKILL'], immediate: ['SIGQUIT', 'SIGKILL'] } as const;

/** After 10 s the next harder way: fast, immediate, SIGKILL. */
export async function stopProcess(
  pid: number,
  mode: ShutdownMode = 'fast',
  ended = () => !isAlive(pid),
): Promise<void> {
  for (const signal of SIGNALS[mode]) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const until = Date.now() + 10_000;
    while (Date.now() < until) {
      if (ended()) return;
      await sleep(POLL);
    }
  }
}

/** A port that was free a moment ago: `wanted` if possible, else one the system picks. */
function freePort(wanted = 0): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', (error) => (wanted === 0 ? fail(error) : done(freePort())));
    server.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : wanted));
    });
  });
}

const LOG_LIMIT = 5 * 1024 * 1024;

function rotate(logFile: string): void {
  if (sizeOf(logFile) > LOG_LIMIT) renameSync(logFile, `${logFile}.1`);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
