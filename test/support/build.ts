/**
 * The built command line, for tests that run it: built when a source is newer, once for all workers. Not in the global
 * set-up, so that tests which do not run it neither wait for it nor fail with it.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withFileLock } from '../../src/server/file-lock.ts';

let done: Promise<void> | undefined;

/** Resolves when dist/ is as new as src/. */
export function built(): Promise<void> {
  done ??= withFileLock(resolve('node_modules/.strata-build.lock'), async () => {
    if (isStale()) execFileSync(process.execPath, ['build.js'], { stdio: ['ignore', 'ignore', 'inherit'] });
  });
  return done;
}

function isStale(): boolean {
  const since = statSync(join('dist', 'cli.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return ['build.js', 'package.json', ...filesBelow('src')].some((file) => statSync(file).mtimeMs > since);
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));
}
