/**
 * As whom the server runs. PostgreSQL refuses root, so when we are root the server gets another user's id: the owner of
 * what it works on, else `postgres`, else `nobody`, else any other, else the plain number 65534.
 * Ids are set by fork and exec (spawn's uid and gid), so neither su nor sudo is needed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { messageOf, ToolError } from '../base/errors.ts';

/** Null: as ourselves. */
export type Identity = { readonly uid: number; readonly gid: number } | null;

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What the choice depends on, as a parameter so that a machine without a `postgres` user can be tried anywhere. */
export interface Users {
  /** Our own id; null where the system has none (Windows). */
  readonly self: number | null;
  readonly list: () => readonly User[];
}

const NO_NAME = 65_534;

/** `folders`: what the server will work on, first the one whose owner counts most; missing ones are passed over. */
export function serverIdentity(folders: readonly string[], users: Users = thisMachine): Identity {
  if (users.self !== 0) return null;
  const owner = folders.map(ownerOf).find((one) => one !== null && one.uid !== 0);
  return owner ?? namedUser(users) ?? { uid: NO_NAME, gid: NO_NAME };
}

function ownerOf(folder: string): Identity {
  const stat = statSync(folder, { throwIfNoEntry: false });
  return stat === undefined ? null : { uid: stat.uid, gid: stat.gid };
}

/** The user best fit to run a server among those the machine knows by name: `postgres`, `nobody`, any but root. */
function namedUser(users: Users): Identity {
  const others = users.list().filter((user) => user.uid !== 0);
  const best = ['postgres', 'nobody'].map((name) => others.find((user) => user.name === name));
  const chosen = best.find((user) => user !== undefined) ?? others[0];
  return chosen ? { uid: chosen.uid, gid: chosen.gid } : null;
}

/**
 * As whom to run initdb and single-user mode. They look their user's name up and refuse a number without one, which is
 * what a folder mounted into a container often belongs to; the server itself does not mind.
 */
export function namedIdentity(identity: Identity, users: Users = thisMachine): Identity {
  if (identity === null || users.list().some((user) => user.uid === identity.uid)) return identity;
  return namedUser(users) ?? identity;
}

export const thisMachine: Users = { self: process.getuid?.() ?? null, list: passwd };

function passwd(): readonly User[] {
  const text = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/** For spawn(): the ids, or nothing when the server runs as ourselves. */
export function spawnIds(identity: Identity): { uid: number; gid: number } | Record<string, never> {
  return identity === null ? {} : { uid: identity.uid, gid: identity.gid };
}

/**
 * Runs a shell test as that user and tells whether it holds. Asking the system beats reading mode bits: it knows about
 * every folder above, access lists, and network disks that distrust root.
 */
export function holdsFor(identity: Identity, test: string, ...args: readonly string[]): boolean {
  if (identity === null) return true;
  const { status, error } = spawnSync('/bin/sh', ['-c', test, 'sh', ...args], {
    ...spawnIds(identity),
    cwd: '/',
    stdio: 'ignore',
  });
  if (!error) return status === 0;
  throw new ToolError('EMBEDDED_ACCESS', `cannot run the server as user id ${identity.uid}`, {
    detail: messageOf(error),
    hint: 'PostgreSQL refuses to run as root: give this container CAP_SETUID and CAP_SETGID, run strata as another user, or use a server elsewhere with DATABASE_URL.',
    cause: error,
  });
}
