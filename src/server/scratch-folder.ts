/**
 * Folders for one piece of work, whose names tell what for: `strata-server-<pid>-<chance>`. When its maker is killed a guard
 * removes it. The file `maker` in each says which process made it; whoever makes the next one removes those whose maker is dead,
 * for the guard may be killed, too.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isSame, startMark } from './process.ts';
import { guardFolder, releaseGuard } from './scratch-guard.ts';

interface Maker {
  readonly host: string;
  readonly pid: number;
  readonly mark: string;
}

/** Makes a folder in `parent` that only this user may enter. `prefix`: `strata-server-`. */
export function makeScratchFolder(prefix: string, parent: string): string {
  const folder = join(parent, `${prefix}${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder, { mode: 0o700 });
  guardFolder(folder);
  const maker: Maker = { host: hostname(), pid: process.pid, mark: startMark(process.pid) };
  writeFileSync(join(folder, 'maker'), JSON.stringify(maker));
  return folder;
}

export function removeScratchFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  releaseGuard(folder);
}

/** Removes the folders of dead makers of this machine, each after `before`. Gives their paths. */
export async function sweepScratchFolders(
  prefix: string,
  parent: string,
  before: (folder: string) => Promise<void> = async () => undefined,
): Promise<readonly string[]> {
  const swept: string[] = [];
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(parent, name);
    const maker = makerOf(folder);
    if (maker === null || maker.host !== hostname() || isSame(maker.pid, maker.mark)) continue;
    await before(folder);
    // An initdb that outlived its maker may still be writing there.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    swept.push(folder);
  }
  return swept;
}

/** Null for what is being made, is gone, or is another user's. */
function makerOf(folder: string): Maker | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'maker'), 'utf8')) as Maker;
  } catch {
    return null;
  }
}
