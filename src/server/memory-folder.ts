/**
 * A folder that lives in memory, for servers whose data nobody will miss. PostgreSQL makes hundreds of files for every database,
 * and what a file costs differs from disk to disk: a clone of 690 files took 20 ms here in memory, on disk 30 to 350 ms.
 */
import { accessSync, constants, statfsSync } from 'node:fs';
import { freemem } from 'node:os';

/** Linux has one on every machine; in containers it is often too small. */
export const MEMORY = '/dev/shm';

/** Bytes that must be free there, and in memory besides what the machine works with. */
const ROOM = 4 * 1024 ** 3;

/** The folder, or null where there is none with room enough. */
export function memoryFolder(): string | null {
  try {
    accessSync(MEMORY, constants.R_OK | constants.W_OK | constants.X_OK);
    const { type, bavail, bsize } = statfsSync(MEMORY);
    return type === TMPFS && bavail * bsize >= ROOM && available() >= 2 * ROOM ? MEMORY : null;
  } catch {
    return null;
  }
}

/** TMPFS_MAGIC of linux/magic.h. */
const TMPFS = 0x01021994;

/** What the machine has left, or what the process's control group lets it have where that is less. */
function available(): number {
  const granted = process.constrainedMemory();
  return granted > 0 ? Math.min(freemem(), granted) : freemem();
}
