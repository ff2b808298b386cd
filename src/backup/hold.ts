/**
 * Backups that must stay whatever the policy says: `<id>.hold` beside the backup, `{"reason","at"}`. Beside it, because
 * nothing ever writes into a finished backup.
 */
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurably } from '../disk/durable.ts';

const ENDING = '.hold';

export interface Hold {
  readonly reason: string;
  /** ISO time. */
  readonly at: string;
}

/** Holds a backup; a new reason replaces the old one. */
export async function holdBackup(dir: string, id: string, hold: Hold): Promise<void> {
  const path = join(dir, id + ENDING);
  const draft = `${path}.${process.pid}`;
  await writeDurably(draft, `${JSON.stringify(hold)}\n`);
  await rename(draft, path);
  await syncFolder(dir);
}

/** False: it was not held. */
export async function releaseBackup(dir: string, id: string): Promise<boolean> {
  const held = (await readHold(dir, id)) !== null;
  await rm(join(dir, id + ENDING), { force: true });
  return held;
}

/** Null: not held. A file that cannot be understood still holds: somebody wanted that backup to stay. */
export async function readHold(dir: string, id: string): Promise<string | null> {
  const text = await readFile(join(dir, id + ENDING), 'utf8').catch((thrown: NodeJS.ErrnoException) =>
    thrown.code === 'ENOENT' ? null : '',
  );
  return text === null ? null : holdReason(text);
}

export function holdReason(text: string): string {
  try {
    const { reason } = JSON.parse(text) as Partial<Hold>;
    return typeof reason === 'string' ? reason : 'no reason given';
  } catch {
    return 'no reason given';
  }
}
