/**
 * Runs pg_dump and proves that its output can be read. The custom format is written by us, from pg_dump's standard
 * output, so that it is hashed, and encrypted, before the bytes ever meet the disk; at the same time a pg_restore reads
 * the whole stream to nowhere. `pg_restore --list` would prove nothing: the table of contents is at the front, and an
 * archive cut at a fifth of its length still lists well.
 *
 * The directory format is written by pg_dump's workers themselves. What they wrote is then read by pg_restore, and
 * encrypted file by file: until then it lies in the unfinished backup as it is.
 */
import { createReadStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Target } from '../base/target.ts';
import { hashFile, syncFolder } from '../disk/durable.ts';
import { type Program, type RunOptions, runProgram } from '../pg/programs.ts';
import { type Writing, writeFile } from './file-writer.ts';
import type { BackupFile } from './manifest.ts';
import { Tee, together } from './streams.ts';

export interface DumpInput extends Pick<Writing, 'folder' | 'recipients'> {
  readonly target: Target;
  readonly pgDump: Program;
  readonly pgRestore: Program;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of the exported snapshot. */
  readonly snapshot: string;
  /** Milliseconds that pg_dump waits for a table that someone has locked: left alone, it would wait for ever. */
  readonly lockWait: number;
  /** Server encoding: asked for by name, so that nothing is converted on the way. */
  readonly encoding: string;
  readonly format: 'custom' | 'directory';
  /** Value of pg_dump's --compress. */
  readonly compress: string;
  /** Workers of pg_dump, directory format only. */
  readonly jobs: number;
  readonly onBytes: (bytes: number) => void;
}

/** The dump inside a backup's folder, before it is encrypted: a file, or a folder in the directory format. */
export function dumpPath(format: 'custom' | 'directory'): string {
  return format === 'custom' ? 'database.dump' : 'database.dir';
}

/** A dump that pg_restore can read: as a file or folder, or as its standard input. */
export type DumpSource = { readonly path: string } | { readonly stdin: () => Readable };

/** The last argument of pg_restore and its standard input. */
export function sourceArguments(source: DumpSource): {
  readonly args: readonly string[];
  readonly input: Pick<RunOptions, 'stdin'>;
} {
  return 'path' in source ? { args: [source.path], input: {} } : { args: [], input: { stdin: source.stdin() } };
}

/** Dumps, fsyncs, hashes and reads back. Throws PROGRAM_FAILED or the system's error. */
export async function dumpDatabase(input: DumpInput, signal: AbortSignal): Promise<readonly BackupFile[]> {
  return input.format === 'custom' ? [await dumpStream(input, signal)] : await dumpFolder(input, signal);
}

/** Reads a whole dump to nowhere. Throws PROGRAM_FAILED when pg_restore cannot. */
export async function readDump(
  pgRestore: Program,
  source: DumpSource,
  { env }: Pick<DumpInput, 'env'>,
  signal: AbortSignal,
): Promise<void> {
  const { args, input } = sourceArguments(source);
  await runProgram(pgRestore, [`--file=${devNull}`, ...args], null, { env, signal, ...input });
}

async function dumpStream(input: DumpInput, outer: AbortSignal): Promise<BackupFile> {
  const { folder, recipients, env, onBytes } = input;
  const tee = new Tee();
  const [, file] = await together(outer, [
    (signal) => runProgram(input.pgDump, dumpArguments(input), input.target, { env, stdout: tee, signal }),
    (signal) =>
      writeFile(
        { folder, recipients, signal },
        { path: dumpPath('custom'), role: 'dump', onBytes },
        tee,
      ) as Promise<unknown>,
    (signal) => readDump(input.pgRestore, { stdin: () => tee.copy }, input, signal),
  ]);
  return file as BackupFile;
}

async function dumpFolder(input: DumpInput, signal: AbortSignal): Promise<readonly BackupFile[]> {
  const path = dumpPath('directory');
  const folder = join(input.folder, path);
  const watch = setInterval(() => void folderSize(folder).then(input.onBytes), 500);
  try {
    const args = [...dumpArguments(input), `--jobs=${input.jobs}`, `--file=${folder}`];
    await runProgram(input.pgDump, args, input.target, { env: input.env, signal });
  } finally {
    clearInterval(watch);
  }
  await readDump(input.pgRestore, { path: folder }, input, signal);
  const files: BackupFile[] = [];
  for (const name of (await readdir(folder)).sort()) files.push(await keepFile(input, `${path}/${name}`, signal));
  await syncFolder(folder);
  return files;
}

/** One file that pg_dump wrote: hashed as it lies there, or encrypted in its place. */
async function keepFile(input: DumpInput, path: string, signal: AbortSignal): Promise<BackupFile> {
  const { folder, recipients } = input;
  const plain = join(folder, path);
  if (recipients.length > 0) {
    const file = await writeFile({ folder, recipients, signal }, { path, role: 'dump' }, createReadStream(plain));
    await rm(plain);
    return file;
  }
  await syncFile(plain);
  return { path, role: 'dump', ...(await hashFile(plain, signal)) };
}

/** Never `--enable-row-security`: with it pg_dump leaves out what the role may not see, and says nothing. */
function dumpArguments(input: DumpInput): readonly string[] {
  return [
    `--format=${input.format}`,
    `--compress=${input.compress}`,
    `--snapshot=${input.snapshot}`,
    `--encoding=${input.encoding}`,
    `--lock-wait-timeout=${input.lockWait}`,
    '--no-password',
  ];
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (s) => s.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
