/** Runs pg_restore so that it stops at the first error and leaves nothing half done. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Runtime } from '../base/runtime.ts';
import { databaseArgument } from '../pg/program-env.ts';
import { findProgram, type Program, runProgram } from '../pg/programs.ts';
import type { Destination } from './destination.ts';
import { type DumpSource, sourceArguments } from './dump.ts';

export interface LoadInput {
  readonly place: Destination;
  readonly pgRestore: Program;
  /** Major version of the server. */
  readonly major: number;
  readonly source: DumpSource;
  readonly jobs: number;
  /** Which lines of `pg_restore --list` to restore; null: all. */
  readonly restores: ((line: string) => boolean) | null;
  readonly runtime: Runtime;
}

/** Below this many bytes of dump, starting workers takes longer than they save. */
const PARALLEL_FROM = 16 * 1024 * 1024;

/**
 * Workers cannot share a transaction, so they are used only in a database that is dropped when one of them fails, and
 * not on a stream, which only one can read. Throws PROGRAM_FAILED.
 */
export async function loadDump(input: LoadInput): Promise<void> {
  const { place, runtime, pgRestore, source } = input;
  if (isTooNew(input)) return await loadAsText(input);
  const parallel = place.fresh && input.jobs > 1 && (await isLarge(source));
  const mode = parallel ? `--jobs=${input.jobs}` : '--single-transaction';
  const args = [mode, '--exit-on-error', '--no-password', databaseArgument(place.target.database)];
  const { env, signal } = runtime;
  await withList(input, async (list) => {
    const { args: last, input: stdin } = sourceArguments(source);
    await runProgram(pgRestore, [...args, ...list, ...last], place.target, { env, signal, ...stdin });
  });
}

/** From 17 on pg_restore sets it, whatever the server, and an older server stops there. */
const NEWER_SETTING = 'SET transaction_timeout = 0;\n';

function isTooNew({ pgRestore, major }: LoadInput): boolean {
  return pgRestore.major >= 17 && major < 17;
}

/** The archive as SQL, without that setting, through psql: only a newer pg_restore reads what a newer pg_dump wrote. */
async function loadAsText(input: LoadInput): Promise<void> {
  const { place, runtime, pgRestore, source, major } = input;
  const { env, signal } = runtime;
  const psql = await findProgram('psql', major, env);
  await withList(input, async (list) => {
    const { args, input: stdin } = sourceArguments(source);
    const text = withoutFirst(NEWER_SETTING);
    const [written, loaded] = await Promise.allSettled([
      runProgram(pgRestore, ['--file=-', ...list, ...args], null, { env, signal, ...stdin, stdout: text }),
      runProgram(psql, [...PSQL, databaseArgument(place.target.database)], place.target, { env, signal, stdin: text }),
    ]);
    // When psql stops, pg_restore's end is only what follows from it.
    for (const end of [loaded, written]) if (end.status === 'rejected') throw end.reason;
  });
}

const PSQL = [
  '--quiet',
  '--no-psqlrc',
  '--no-password',
  '--single-transaction',
  '--set=ON_ERROR_STOP=1',
  '--output=/dev/null',
];

/** Bytes of the text in which what is taken out is looked for: the head that pg_restore writes first. */
const HEAD = 64 * 1024;

function withoutFirst(line: string): Transform {
  let head: Buffer | null = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (head === null) return done(null, chunk);
      head = Buffer.concat([head, chunk]);
      const at = head.indexOf(line);
      if (at < 0 && head.length < HEAD) return done();
      const rest = at < 0 ? head : Buffer.concat([head.subarray(0, at), head.subarray(at + line.length)]);
      head = null;
      done(null, rest);
    },
    flush: (done) => done(null, head),
  });
}

/** Lends the arguments that restore a part of the archive. */
async function withList(input: LoadInput, work: (args: readonly string[]) => Promise<void>): Promise<void> {
  const { restores, pgRestore, source, runtime } = input;
  if (restores === null) return await work([]);
  const { args, input: stdin } = sourceArguments(source);
  const { env, signal } = runtime;
  const { stdout } = await runProgram(pgRestore, ['--list', ...args], null, { env, signal, ...stdin });
  const folder = await mkdtemp(join(tmpdir(), 'strata-list-'));
  try {
    const list = join(folder, 'list');
    await writeFile(list, stdout.split('\n').filter(restores).join('\n'));
    await work([`--use-list=${list}`]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder says nothing about its size; it was chosen for its workers. */
async function isLarge(source: DumpSource): Promise<boolean> {
  if (!('path' in source)) return false;
  const found = await stat(source.path);
  return found.isDirectory() || found.size >= PARALLEL_FROM;
}
