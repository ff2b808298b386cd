/**
 * Removes a folder, and the server whose data are in it, when its maker dies before it could: a process of the shell that
 * reads from a pipe to which nobody ever writes. The kernel closes it with the maker, whatever killed that.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

const SCRIPT = `read -r _
[ -d "$1" ] || exit 0
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf -- "$1"`;

const guards = new Map<string, ChildProcess>();

/** Not on Windows, which has no such shell: there the next one that makes such a folder removes it. */
export function guardFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'strata-guard', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell nobody watches; it must not keep us from ending, either.
  guard.on('error', () => guards.delete(folder));
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as Socket).unref();
  guards.set(folder, guard);
}

/** For a folder that is gone. */
export function releaseGuard(folder: string): void {
  guards.get(folder)?.stdin?.end();
  guards.delete(folder);
}
