/**
 * What `postmaster.pid` says about a data directory's server, and whether that server answers.
 * The file outlives a killed server, and its process id may belong to somebody else by now.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { isAlive, isListed, isSame } from './process.ts';

export interface Postmaster {
  readonly pid: number;
  readonly dataDir: string;
  readonly port: number;
  /** `starting`, `ready`, `stopping`, `standby`; empty while it has not written it yet. */
  readonly status: string;
}

export function readPostmaster(dataDir: string): Postmaster | null {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    const [pid, dir, , port, , , , status] = lines;
    return { pid: Number(pid), dataDir: dir ?? '', port: Number(port), status: (status ?? '').trim() };
  } catch {
    return null;
  }
}

/** The server that runs on these data, by its own file and our record of it; null when none does. */
export function runningOn(dataDir: string, known: { readonly pid: number; readonly mark: string }): Postmaster | null {
  const postmaster = readPostmaster(dataDir);
  if (postmaster === null || postmaster.pid !== known.pid || !isSame(known.pid, known.mark)) return null;
  // The file of a copied data directory names the original.
  return samePath(postmaster.dataDir, dataDir) ? postmaster : null;
}

function samePath(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** The id of a server process that really serves these data, on record with us or not; null when none does. */
export function leftoverOn(dataDir: string): number | null {
  const postmaster = readPostmaster(dataDir);
  if (postmaster === null || !isAlive(postmaster.pid)) return null;
  const words = commandLine(postmaster.pid);
  const at = words.indexOf('-D');
  return at >= 0 && samePath(words[at + 1] ?? '', dataDir) ? postmaster.pid : null;
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    const { stdout } = spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
    return (stdout ?? '').trim().split(' ');
  }
}

/**
 * Makes a left-over postmaster.pid harmless whose process id is taken, by another program or by the killed server's own
 * zombie: PostgreSQL would take that for a running server and refuse. Its own parent's id it passes over, so ours goes
 * in; the rest of the file stays, because the server finds left-over backends by it that still hold the shared memory.
 */
export function disarmStaleFile(dataDir: string): void {
  const stale = readPostmaster(dataDir);
  if (stale === null || !isListed(stale.pid)) return;
  const path = join(dataDir, 'postmaster.pid');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/^\d+/, String(process.pid)));
}

export type Answer = 'ready' | 'starting' | 'none';

/**
 * Asks the port as a client would, without logging in (2 ms): `ready` when the server asks for the password, `starting`
 * when it says that it cannot take connections now, `none` when nothing answers or something else does.
 */
export function probe(port: number, user: string, timeout = 2_000): Promise<Answer> {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (answer: Answer): void => {
      socket.destroy();
      done(answer);
    };
    socket.setTimeout(timeout, () => end('none'));
    socket.on('error', () => end('none'));
    socket.on('close', () => end('none'));
    socket.on('connect', () => socket.write(startupMessage(user)));
    socket.on('data', (data) => end(answerOf(data)));
  });
}

/** StartupMessage of protocol 3.0. */
function startupMessage(user: string): Buffer {
  const body = Buffer.from(`user\0${user}\0database\0postgres\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

function answerOf(data: Buffer): Answer {
  const kind = String.fromCharCode(data[0] ?? 0);
  if (kind === 'R') return 'ready';
  // 57P03, cannot_connect_now: starting, stopping, or recovering from a crash of one of its processes.
  return kind === 'E' && data.includes('57P03') ? 'starting' : kind === 'E' ? 'ready' : 'none';
}
