/** Runs pg_restore so that it stops at the first error and leaves nothing half done. */
import { stat } from 'node:fs/promises';
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
  const args = [mode, '--exit-on-error', '--no-password', databaseArgument(place.target.database), path];
  await runProgram(pgRestore, args, place.target, { env: runtime.env, signal: runtime.signal });
}

/** A folder says nothing about its size; it was chosen for its workers. */
async function isLarge(path: string): Promise<boolean> {
  const found = await stat(path);
  return found.isDirectory() || found.size >= PARALLEL_FROM;
}
