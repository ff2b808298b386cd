/**
 * PostgreSQL's client programs: finds the one that fits a server, and runs it.
 *
 * The rule: a program can talk to servers up to its own major version. The same major is preferred (its dumps load into
 * that server), else the lowest newer one. A folder named by STRATA_PG_BIN wins whenever its program can do the job.
 * Secrets go by environment, never by argv, which every user of the machine can read.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, ToolError } from '../base/errors.ts';
import type { Target } from '../base/target.ts';
import { connectionEnv } from './program-env.ts';
import { installHint } from './program-install.ts';
import { type Env, programFolders, programIn, type SearchOptions, versionOf } from './program-search.ts';

export type ProgramName =
  | 'pg_dump'
  | 'pg_restore'
  | 'pg_dumpall'
  | 'psql'
  | 'pg_amcheck'
  | 'pg_basebackup'
  | 'pg_verifybackup'
  | 'pg_receivewal'
  | 'pg_combinebackup'
  | 'pg_waldump'
  | 'pgbench'
  | 'createdb';

export interface Program {
  readonly name: ProgramName;
  readonly path: string;
  /** 17 */
  readonly major: number;
  /** `17.11`, as the program tells it. */
  readonly version: string;
}

export interface RunOptions {
  /** The environment to start from. Default: this process's. */
  readonly env?: Env;
  /** What the program reads as standard input. Default: nothing. */
  readonly stdin?: Readable | string;
  /** Where standard output goes, with back-pressure; it is ended. Default: collected into `Ran.stdout`. */
  readonly stdout?: Writable;
  /** Called with each line of standard error as it comes (the progress of `--verbose`). */
  readonly onStderr?: (line: string) => void;
  /** Aborting ends the program and its children; the run then throws PROGRAM_FAILED. */
  readonly signal?: AbortSignal;
  /** Exit statuses that are no failure. Default: [0]. */
  readonly okExits?: readonly number[];
  readonly cwd?: string;
}

export interface Ran {
  readonly exit: number;
  /** Empty when `stdout` was given. */
  readonly stdout: string;
  /** The last 20 lines of standard error. */
  readonly stderr: string;
}

/**
 * The best `name` for a server of that major version. Throws PROGRAM_MISSING or PROGRAM_TOO_OLD (exit 7), with the
 * command that installs it on this operating system.
 */
export async function findProgram(
  name: ProgramName,
  serverMajor: number,
  env: Env = process.env,
  options: SearchOptions = {},
): Promise<Program> {
  const found = await findPrograms(name, env, options);
  const fit = found.filter((program) => program.major >= serverMajor);
  const chosen = fit.find((program) => isIn(program, env.STRATA_PG_BIN)) ?? lowestMajor(fit);
  if (chosen) return chosen;
  const hint = installHint('client', serverMajor);
  if (found.length === 0) {
    const folders = programFolders(env, options).join(', ');
    throw new ToolError('PROGRAM_MISSING', `${name} is not installed`, { detail: `looked in: ${folders}`, hint });
  }
  throw new ToolError('PROGRAM_TOO_OLD', `${name} is too old for a PostgreSQL ${serverMajor} server`, {
    detail: found.map((program) => `found: ${program.path}, version ${program.version}`).join('\n'),
    hint,
  });
}

/** Every `name` on this machine that runs, in search order. */
export async function findPrograms(name: ProgramName, env: Env, options: SearchOptions = {}): Promise<Program[]> {
  const paths = programFolders(env, options).flatMap((folder) => programIn(folder, name) ?? []);
  const found = await Promise.all(
    paths.map(async (path) => {
      const version = await versionOf(path);
      return version ? [{ name, path, major: version.major, version: version.text }] : [];
    }),
  );
  return found.flat();
}

function isIn(program: Program, folder: string | undefined): boolean {
  return folder !== undefined && folder !== '' && programIn(folder, program.name) === program.path;
}

function lowestMajor(programs: readonly Program[]): Program | undefined {
  return [...programs].sort((a, b) => a.major - b.major)[0];
}

const TAIL_LINES = 20;

/**
 * Runs a program against a target (null: none needed) to its end. Throws PROGRAM_FAILED with the last lines of standard
 * error when it ends otherwise than `okExits` says, is killed, or is aborted. Database names: see databaseArgument().
 */
export async function runProgram(
  program: Program,
  args: readonly string[],
  target: Target | null,
  options: RunOptions = {},
): Promise<Ran> {
  options.signal?.throwIfAborted();
  const child = spawn(program.path, args, {
    env: connectionEnv(target, options.env ?? process.env),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const abort = (): void => void killTree(child);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const [ended, stdout, stderr, broken] = await Promise.all([
      endOf(child),
      outputOf(child, options.stdout),
      errorsOf(child, options.onStderr),
      feed(child, options.stdin),
    ]);
    const fault = faultOf(ended, stdout.broken ?? broken, options);
    if (fault) throw programFault(program, fault, stderr);
    return { exit: ended.exit ?? 0, stdout: stdout.text, stderr };
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

/** Runs a program on the user's own terminal (psql) and gives its exit status. */
export function runInteractive(
  program: Program,
  args: readonly string[],
  target: Target,
  env: Env = process.env,
): Promise<number> {
  // The user's own locale stays: what psql shows is for them.
  const locale = Object.fromEntries(['LC_ALL', 'PGCLIENTENCODING'].map((name) => [name, env[name]]));
  const child = spawn(program.path, args, { env: { ...connectionEnv(target, env), ...locale }, stdio: 'inherit' });
  return endOf(child).then((ended) => {
    if (ended.error) throw programFault(program, messageOf(ended.error), '');
    return ended.exit ?? 1;
  });
}

interface Ended {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It could not be started. */
  readonly error?: Error;
}

function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((done) => {
    child.on('error', (error) => done({ exit: null, signal: null, error }));
    child.on('close', (exit, signal) => done({ exit, signal }));
  });
}

interface Output {
  readonly text: string;
  /** The sink's own failure (disk full, say). */
  readonly broken?: unknown;
}

async function outputOf(child: ChildProcess, sink: Writable | undefined): Promise<Output> {
  const stream = child.stdout;
  if (stream === null) return { text: '' };
  if (sink) {
    // A broken sink closes the program's pipe, which ends the program.
    return await pipeline(stream, sink).then(
      () => ({ text: '' }),
      (broken: unknown) => ({ text: '', broken }),
    );
  }
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return { text: Buffer.concat(chunks).toString('utf8') };
}

async function errorsOf(child: ChildProcess, onStderr: (line: string) => void = () => undefined): Promise<string> {
  if (child.stderr === null) return '';
  const tail: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    onStderr(line);
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
  }
  return tail.join('\n');
}

/** Writes standard input. A program that stops reading early is no fault here: its exit status tells. */
async function feed(child: ChildProcess, input: Readable | string = ''): Promise<unknown> {
  if (child.stdin === null) return undefined;
  try {
    await pipeline(typeof input === 'string' ? Readable.from([input]) : input, child.stdin);
    return undefined;
  } catch (thrown) {
    const { code = '' } = thrown as NodeJS.ErrnoException;
    return ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code) ? undefined : thrown;
  }
}

function faultOf(ended: Ended, broken: unknown, { signal, okExits = [0] }: RunOptions): string | null {
  if (ended.error) return messageOf(ended.error);
  if (signal?.aborted) return 'it was interrupted';
  if (broken !== undefined) return messageOf(broken);
  if (ended.signal) return `it was killed by ${ended.signal}`;
  return okExits.includes(ended.exit ?? -1) ? null : `exit status ${ended.exit}`;
}

function programFault(program: Program, fault: string, stderr: string): ToolError {
  return new ToolError('PROGRAM_FAILED', `${program.name} failed: ${fault}`, {
    detail: stderr || `program: ${program.path}`,
    hint: `The lines above are ${program.name} ${program.version}'s own words.`,
  });
}

const KILL_AFTER = 5_000;

/** Ends the program and what it started (a wrapper script's real program, pg_dump's workers), politely, then not. */
async function killTree(child: ChildProcess): Promise<void> {
  const hard = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER);
  hard.unref();
  child.once('close', () => clearTimeout(hard));
  try {
    const { kill } = await import('zx');
    if (child.pid !== undefined) await kill(child.pid, 'SIGTERM');
  } catch {
    // No `ps` on this machine: the program itself is told below.
  }
  child.kill('SIGTERM');
}
