/**
 * As whom the server runs. PostgreSQL refuses root, so when we are root the server gets another user's id: the owner of
 * what it works on, else `postgres`, else `nobody`, else the plain number 65534, which needs no entry anywhere.
 * Ids are set by fork and exec (spawn's uid and gid), so neither su nor sudo nor a passwd entry is needed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { messageOf, ToolError } from '../base/errors.ts';

/** Null: as ourselves. */
export type Identity = { readonly uid: number; readonly gid: number } | null;

/** What the choice depends on, as a parameter so that a machine without a `postgres` user can be tried anywhere. */
export interface Users {
  /** Our own id; null where the system has none (Windows). */
  readonly self: number | null;
  /** The id of a user name, null when there is none. */
  readonly find: (name: string) => { readonly uid: number; readonly gid: number } | null;
}

const NO_NAME = 65_534;

/** `folders`: what the server will work on, first the one whose owner counts most; missing ones are passed over. */
export function serverIdentity(folders: readonly string[], users: Users = thisMachine): Identity {
  if (users.self !== 0) return null;
  const owners = folders.flatMap((folder) => ownerOf(folder) ?? []);
  return (
    owners.find((owner) => owner.uid !== 0) ??
    users.find('postgres') ??
    users.find('nobody') ?? { uid: NO_NAME, gid: NO_NAME }
  );
}

function ownerOf(folder: string): { readonly uid: number; readonly gid: number } | null {
  try {
    const { uid, gid } = statSync(folder);
    return { uid, gid };
  } catch {
    return null;
  }
}

export const thisMachine: Users = {
  self: process.getuid?.() ?? null,
  find(name) {
    const line = passwd().find((entry) => entry.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(':') ?? [];
    return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
  },
};

function passwd(): readonly string[] {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n');
  } catch {
    return [];
  }
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
