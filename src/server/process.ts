/** Whether a process that we knew by its id is still that process. Ids are used again; start times are not. */
import { readFileSync } from 'node:fs';

/** True while the process runs. A zombie (nobody has waited for it yet; they stay in some containers) does not. */
export function isAlive(pid: number): boolean {
  return isListed(pid) && procFields(pid)?.[0] !== 'Z';
}

/** True while the id is taken, be it by a zombie: what kill(2) says, and so what PostgreSQL believes. */
export function isListed(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: it runs, as somebody else.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When the process started, as text to compare; empty where the system does not tell (outside Linux). */
export function startMark(pid: number): string {
  const started = procFields(pid)?.[19];
  return started === undefined ? '' : `${bootId()}:${started}`;
}

/** Alive, and the same process as when the mark was taken. */
export function isSame(pid: number, mark: string): boolean {
  return isAlive(pid) && (mark === '' || startMark(pid) === mark);
}

/** Fields of /proc/<pid>/stat from the third on (state, ppid, …): the second, the name, may hold anything. */
function procFields(pid: number): readonly string[] | null {
  const text = read(`/proc/${pid}/stat`);
  return text === '' ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

let boot: string | undefined;

function bootId(): string {
  boot ??= read('/proc/sys/kernel/random/boot_id').trim();
  return boot;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
