/**
 * `.strata/server.json`: what one run tells the next about the embedded server. It holds the password, hence mode 0600;
 * it is replaced in one step, so a killed process leaves the old one or the new one.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';

export interface ServerState {
  readonly format: 1;
  /** Absolute when outside the project's folder, relative to it inside (so that a moved project finds its data). */
  readonly dataDir: string;
  readonly user: string;
  readonly password: string;
  /** The folder of the binaries as installed. */
  readonly bin: string;
  /** Of the server last started; it may be gone. */
  readonly port: number;
  readonly pid: number;
  readonly mark: string;
}

/** Null when there is none, or none that can be read: the server is then set up from what the data directory says. */
export function readState(folder: string): ServerState | null {
  try {
    const state = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as Partial<ServerState>;
    return state.format === 1 && isWhole(state) ? (state as ServerState) : null;
  } catch {
    return null;
  }
}

function isWhole(state: Partial<ServerState>): boolean {
  const { dataDir, user, password, bin, mark, port, pid } = state;
  return (
    [dataDir, user, password, bin, mark].every((value) => typeof value === 'string') &&
    [port, pid].every((value) => Number.isInteger(value))
  );
}

export function writeState(folder: string, state: ServerState): void {
  const unfinished = join(folder, `server.json.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeFileSync(unfinished, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, join(folder, 'server.json'));
}

export function dataDirOf(folder: string, state: ServerState): string {
  return isAbsolute(state.dataDir) ? state.dataDir : join(folder, state.dataDir);
}

/** How a data directory is written down: relative when it lies in the folder. */
export function recordedDataDir(folder: string, dataDir: string): string {
  const path = relative(folder, dataDir);
  return path.startsWith('..') || isAbsolute(path) ? dataDir : path;
}
