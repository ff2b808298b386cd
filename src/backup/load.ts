/** Runs pg_restore so that it stops at the first error and leaves nothing half done. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../base/runtime.ts';
import { databaseArgument } from '../pg/program-env.ts';
import { type Program, runProgram } from '../pg/programs.ts';
import type { Destination } from './destination.ts';
import { dumpPath } from './dump.ts';

export interface LoadInput {
  readonly place: Destination;
  readonly pgRestore: Program;
  /** Folder of the backup. */
  readonly path: string;
  readonly format: 'custom' | 'directory';
  readonly jobs: number;
  readonly serverMajor: number;
  /** Which lines of `pg_restore --list` to restore; null: all. */
  readonly restores: ((line: string) => boolean) | null;
  readonly runtime: Runtime;
}

/** Below this many bytes of dump, starting workers takes longer than they save. */
const PARALLEL_FROM = 16 * 1024 * 1024;

/**
 * Workers cannot share a transaction, so they are used only in a database that is dropped when one of them fails.
 * Throws PROGRAM_FAILED.
 */
export async function loadDump(input: LoadInput): Promise<void> {
  const { place, runtime, pgRestore } = input;
  const path = join(input.path, dumpPath(input.format));
  const parallel = place.fresh && input.jobs > 1 && (await isLarge(path));
  const mode = parallel ? `--jobs=${input.jobs}` : '--single-transaction';
  const args = [mode, '--exit-on-error', '--no-password', databaseArgument(place.target.database)];
  await withList(input, path, (list) =>
    runProgram(pgRestore, [...args, ...list, path], place.target, { env: runtime.env, signal: runtime.signal }),
  );
}

/** Lends the arguments that restore a part of the archive. */
async function withList(
  input: LoadInput,
  path: string,
  work: (args: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const { restores, pgRestore, runtime } = input;
  if (restores === null) return void (await work([]));
  const { stdout } = await runProgram(pgRestore, ['--list', path], null, { env: runtime.env, signal: runtime.signal });
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
async function isLarge(path: string): Promise<boolean> {
  const found = await stat(path);
  return found.isDirectory() || found.size >= PARALLEL_FROM;
}
