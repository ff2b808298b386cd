/** A throw-away project folder, and the built command line run inside it as its users run it. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { type Target, targetUrl } from '../../src/base/target.ts';
import { built } from './build.ts';

/** STRATA_BIN tests a build that is somewhere else: an installed package, or one that nobody rebuilds meanwhile. */
const BIN = resolve(process.env.STRATA_BIN ?? 'bin/strata.js');
const made: string[] = [];
// Here and not at the first call: a hook that another hook registers never runs.
afterAll(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** Writes the files (path to text) into a new folder and returns its path. Removed after the test file. */
export function project(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'strata-test-'));
  // As root the embedded server runs as another user; in a closed folder its data would go elsewhere and stay.
  chmodSync(root, 0o755);
  made.push(root);
  write(root, files);
  return root;
}

export function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Given as DATABASE_URL. */
  readonly target?: Target;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the child process as soon as it runs: to kill it, say. */
  readonly onSpawn?: (child: import('node:child_process').ChildProcess) => void;
}

/** Runs `strata …` to its end. Never throws for an exit status. */
export async function strata(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  if (!process.env.STRATA_BIN) await built();
  const env = {
    ...process.env,
    NO_COLOR: '1',
    ...(options.target ? { DATABASE_URL: targetUrl(options.target) } : {}),
    ...options.env,
  };
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd ?? process.cwd(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  options.onSpawn?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (status, signal) => done({ status, signal, stdout, stderr }));
  });
}
