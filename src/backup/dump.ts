/**
 * Runs pg_dump and proves that its output can be read. The custom format is written by us, from pg_dump's standard
 * output, so that the hash is taken before the bytes ever meet the disk; at the same time a pg_restore reads the whole
 * stream to nowhere. `pg_restore --list` would prove nothing: the table of contents is at the front, and an archive cut
 * at a fifth of its length still lists well.
 *
 * Compression is gzip, because its streams carry a checksum that pg_restore checks: of 60 random bit flips it finds 60,
 * against 9 with zstd and none with lz4.
 */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Target } from '../base/target.ts';
import { hashFile, syncFolder } from '../disk/durable.ts';
import { type Program, runProgram } from '../pg/programs.ts';
import type { BackupFile } from './manifest.ts';
import { Meter, together } from './streams.ts';

export interface DumpInput {
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
  /** Workers of pg_dump, directory format only. */
  readonly jobs: number;
  /** The folder to write into. */
  readonly folder: string;
  readonly onBytes: (bytes: number) => void;
}

export const COMPRESSION = 'gzip:6';

/** The dump inside a backup's folder: a file, or a folder in the directory format. */
export function dumpPath(format: 'custom' | 'directory'): string {
  return format === 'custom' ? 'database.dump' : 'database.dir';
}

/** Dumps, fsyncs, hashes and reads back. Throws PROGRAM_FAILED or the system's error. */
export async function dumpDatabase(input: DumpInput, signal: AbortSignal): Promise<readonly BackupFile[]> {
  return input.format === 'custom' ? [await dumpStream(input, signal)] : await dumpFolder(input, signal);
}

/** Reads a whole dump to nowhere. Throws PROGRAM_FAILED when pg_restore cannot. */
export async function readDump(
  pgRestore: Program,
  path: string,
  options: Pick<DumpInput, 'env'>,
  signal: AbortSignal,
): Promise<void> {
  await runProgram(pgRestore, [`--file=${devNull}`, path], null, { env: options.env, signal });
}

async function dumpStream(input: DumpInput, outer: AbortSignal): Promise<BackupFile> {
  const path = dumpPath('custom');
  const file = await open(join(input.folder, path), 'wx', 0o600);
  try {
    const meter = new Meter(input.onBytes);
    await together(outer, [
      (signal) =>
        runProgram(input.pgDump, dumpArguments(input), input.target, { env: input.env, stdout: meter, signal }),
      () => pipeline(meter, (bytes: AsyncIterable<Buffer>) => writeAll(file, bytes)),
      (signal) =>
        runProgram(input.pgRestore, [`--file=${devNull}`], null, { env: input.env, stdin: meter.copy, signal }),
    ]);
    await file.sync();
    return { path, role: 'dump', size: meter.bytes, sha256: meter.sha256() };
  } finally {
    await file.close();
  }
}

/** FileHandle.write may write less than it was given. */
async function writeAll(file: FileHandle, bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
  }
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
  const names = (await readdir(folder)).sort();
  const files: BackupFile[] = [];
  for (const name of names) {
    await syncFile(join(folder, name));
    files.push({ path: `${path}/${name}`, role: 'dump', ...(await hashFile(join(folder, name), signal)) });
  }
  await syncFolder(folder);
  await readDump(input.pgRestore, folder, input, signal);
  return files;
}

/** Never `--enable-row-security`: with it pg_dump leaves out what the role may not see, and says nothing. */
function dumpArguments(input: DumpInput): readonly string[] {
  return [
    `--format=${input.format}`,
    '--compress=6',
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
