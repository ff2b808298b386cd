/**
 * Tells pruning that a backup is being read: `<id>.reader.<pid>.<chance>` beside it, with the process that reads. A
 * reader that was killed is told by its process, and its file is removed by the next prune.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '../base/runtime.ts';
import { writeDurably } from './durable.ts';
import { type Holder, isAlive, parseHolder, thisProcess } from './folder-lock.ts';

/** Runs `work` while the backup is marked as being read. A folder that may not be written to is read all the same. */
export async function asReader<T>(dir: string, id: string, runtime: Runtime, work: () => Promise<T>): Promise<T> {
  const path = join(dir, `${id}.reader.${process.pid}.${randomBytes(4).toString('hex')}`);
  await writeDurably(path, JSON.stringify(await thisProcess(runtime))).catch(() => undefined);
  try {
    return await work();
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Who reads the backup now; null: nobody. */
export async function readerOf(dir: string, id: string): Promise<Holder | null> {
  for (const name of (await readdir(dir)).filter((file) => file.startsWith(`${id}.reader.`))) {
    const holder = parseHolder(await readFile(join(dir, name), 'utf8').catch(() => ''));
    if (holder !== null && (await isAlive(holder))) return holder;
  }
  return null;
}

/** Removes the marks of readers that are gone. Only for the holder of the folder's lock. */
export async function sweepReaders(dir: string): Promise<void> {
  for (const name of (await readdir(dir)).filter((file) => /^\d{8}T\d{6}Z-[0-9a-f]{8}\.reader\./.test(file))) {
    const holder = parseHolder(await readFile(join(dir, name), 'utf8').catch(() => ''));
    // One that cannot be read may be in the making.
    if (holder !== null && !(await isAlive(holder))) await rm(join(dir, name), { force: true });
  }
}
