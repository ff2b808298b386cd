/**
 * Writes the files of a backup: encrypted when it has recipients, hashed on the way to the disk, fsynced, and read back.
 * The hash is that of the bytes on the disk, so whoever verifies needs no key.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ToolError } from '../base/errors.ts';
import { hashFile } from '../disk/durable.ts';
import { ENCRYPTED, encrypt } from './age.ts';
import type { BackupFile } from './manifest.ts';
import { Meter } from './streams.ts';

export interface Writing {
  /** The folder of the backup in the making. */
  readonly folder: string;
  /** Public keys; none: files are written as they are. */
  readonly recipients: readonly string[];
  readonly signal: AbortSignal;
}

/** What to write: `path` inside the folder, without the ending of encrypted files. */
export interface NewFile {
  readonly path: string;
  readonly role: BackupFile['role'];
  readonly onBytes?: (bytes: number) => void;
}

/** The path that a file gets. */
export function storedPath(path: string, recipients: readonly string[]): string {
  return recipients.length === 0 ? path : path + ENCRYPTED;
}

/** Throws the system's error, or BACKUP_DAMAGED when the disk gives back other bytes than it was given. */
export async function writeFile(
  { folder, recipients, signal }: Writing,
  { path: plain, role, onBytes }: NewFile,
  source: Readable | string | Buffer,
): Promise<BackupFile> {
  const path = storedPath(plain, recipients);
  const file = await open(join(folder, path), 'wx', 0o600);
  const meter = new Meter(onBytes);
  try {
    const bytes = source instanceof Readable ? source : Readable.from([Buffer.from(source)]);
    await intoFile(file, recipients, bytes, meter);
    await file.sync();
  } finally {
    await file.close();
  }
  const written: BackupFile = { path, role, size: meter.bytes, sha256: meter.sha256() };
  await readBack(folder, written, signal);
  return written;
}

/** A fault of the disk is thrown as it is: pipeline() may tell only that a stream was closed early because of it. */
async function intoFile(file: FileHandle, recipients: readonly string[], bytes: Readable, meter: Meter): Promise<void> {
  let broken: unknown;
  const write = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    await writeAll(file, chunks).catch((thrown: unknown) => {
      broken = thrown;
      throw thrown;
    });
  };
  try {
    if (recipients.length === 0) await pipeline(bytes, meter, write);
    else await pipeline(bytes, (plain: AsyncIterable<Buffer>) => encrypt(plain, recipients), meter, write);
  } catch (thrown) {
    throw broken ?? thrown;
  }
}

/** FileHandle.write may write less than it was given. */
async function writeAll(file: FileHandle, bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
  }
}

/** What lies on the disk must be what was meant to be written. */
async function readBack(folder: string, file: BackupFile, signal: AbortSignal): Promise<void> {
  const found = await hashFile(join(folder, file.path), signal);
  if (found.sha256 === file.sha256) return;
  throw new ToolError('BACKUP_DAMAGED', `${file.path} read back differs from what was written`, {
    detail: `written: ${file.size} bytes, ${file.sha256}\nread:    ${found.size} bytes, ${found.sha256}`,
    hint: `Check the disk that holds ${dirname(folder)}.`,
  });
}
