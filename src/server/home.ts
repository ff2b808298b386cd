/**
 * Where the embedded server's files live.
 *
 * The project's folder (default `.strata/`) holds state, lock and log, and the data too whenever the server's user can
 * get there. When we are root and the project lies below a folder closed to that user (a 0700 home, the usual container),
 * the data go to /var/lib/strata/<name>-<hash> (else the temporary folder), and `.strata/server.json` points there.
 * /var/lib first, because temporary folders are swept. Such a place holds a file `project` with the path it belongs to,
 * so that a copied checkout gets data of its own and a moved one keeps its data.
 */
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import type { Installation } from './binaries.ts';
import { holdsFor, type Identity, namedIdentity } from './identity.ts';

/** Places outside the project, best first. */
const OUTSIDE = ['/var/lib/strata', join(tmpdir(), 'strata-server')] as const;

/** Makes the project's own folder, private to its owner but for passing through when another user's server lives in it. */
export function makeProjectFolder(folder: string, identity: Identity): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (identity !== null) chmodSync(folder, 0o711);
    const ignore = join(folder, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
    // Root in somebody's checkout: the files stay usable for that somebody without root.
    if (identity !== null && identity.uid === statSync(dirname(folder)).uid) own(folder, identity);
    ownedLike(folder, ignore);
  } catch (thrown) {
    throw accessFault(folder, thrown);
  }
}

/** For what the file system refuses in a folder of ours. */
export function accessFault(folder: string, thrown: unknown): ToolError {
  return new ToolError('EMBEDDED_ACCESS', `cannot use the embedded server's folder ${folder}`, {
    detail: messageOf(thrown),
    hint: `Make ${folder} yours, or choose another folder with embedded.dir in the configuration.`,
    cause: thrown,
  });
}

/**
 * The folder for the data: the project's own when the server's user can pass to it, else one outside.
 * `recorded` is the outside place of an earlier run.
 */
export function dataPlace(folder: string, identity: Identity, recorded: string | null): string {
  if (recorded !== null && belongsTo(recorded, folder)) return recorded;
  const enters = (one: Identity): boolean => holdsFor(one, 'cd "$1"', folder);
  if (enters(identity) && enters(namedIdentity(identity))) return folder;
  const real = realpathSync(folder);
  const name = `${basename(dirname(real)).replace(/[^\w.-]/g, '_')}-${sha256(real).slice(0, 12)}`;
  const place = makeOutside(name, identity);
  writeFileSync(join(place, 'project'), `${real}\n`, { mode: 0o600 });
  moveData(join(folder, 'data'), join(place, 'data'));
  return place;
}

/** Data from the time when the project's folder was open, or that came with a copy of the project. */
function moveData(from: string, to: string): void {
  if (!existsSync(join(from, 'PG_VERSION')) || existsSync(to)) return;
  try {
    renameSync(from, to);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EXDEV') throw thrown;
    const { uid, gid } = statSync(from);
    cpSync(from, `${to}.copy`, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    ownTree(`${to}.copy`, { uid, gid });
    renameSync(`${to}.copy`, to);
    rmSync(from, { recursive: true });
  }
}

/** Whether data belong to the project: those inside its folder, and those outside that name it. */
export function isOwnData(folder: string, dataDir: string): boolean {
  if (dataDir.startsWith(join(folder, '/'))) return true;
  const owner = projectOf(dirname(dataDir));
  return owner !== null && existsSync(folder) && owner === realpathSync(folder);
}

/** Whether an outside place is this project's, or was that of a project that is here now: then it is claimed. */
function belongsTo(place: string, folder: string): boolean {
  const owner = projectOf(place);
  if (owner === null) return false;
  const real = realpathSync(folder);
  if (owner === real) return true;
  if (existsSync(join(owner, 'server.json'))) return false;
  writeFileSync(join(place, 'project'), `${real}\n`);
  return true;
}

function projectOf(place: string): string | null {
  const file = join(place, 'project');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

function makeOutside(name: string, identity: Identity): string {
  let last: unknown;
  for (const base of OUTSIDE) {
    try {
      mkdirSync(base, { recursive: true, mode: 0o711 });
      if (statSync(base).uid !== process.getuid?.() || lstatSync(base).isSymbolicLink()) continue;
      const place = join(base, name);
      mkdirSync(place, { recursive: true, mode: 0o711 });
      if (holdsFor(identity, 'cd "$1"', place)) return place;
    } catch (thrown) {
      last = thrown;
    }
  }
  throw new ToolError(
    'EMBEDDED_ACCESS',
    `user id ${identity?.uid} can enter neither the project nor ${OUTSIDE.join(' nor ')}`,
    {
      ...(last === undefined ? {} : { detail: messageOf(last) }),
      hint: 'Put the project where other users may enter, or use a server elsewhere with DATABASE_URL.',
      cause: last,
    },
  );
}

/** Root in somebody's checkout: what we write there belongs to whom the folder belongs. */
export function ownedLike(folder: string, file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  chownSync(file, uid, gid);
}

/** Gives a file or folder to the server's user. */
export function own(path: string, identity: Identity): void {
  if (identity !== null) chownSync(path, identity.uid, identity.gid);
}

/** The same for a folder with all that is in it. */
export function ownTree(folder: string, identity: Identity): void {
  if (identity === null) return;
  own(folder, identity);
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(folder, entry), identity.uid, identity.gid);
  }
}

const RUNS = '"$1/postgres" --version && [ -r "$2" ]';

/** The installation, at a place from which the server's user can run it: npm's is copied there if need be. */
export function runnableBy(identity: Identity, installation: Installation): Installation {
  const sample = (root: string): string => join(root, 'share', 'postgresql', 'postgres.bki');
  const root = installation.movable;
  if (holdsFor(identity, RUNS, installation.bin, root === null ? '/' : sample(root))) return installation;
  if (root === null) {
    throw new ToolError('EMBEDDED_ACCESS', `user id ${identity?.uid} may not run ${installation.bin}/postgres`, {
      hint: `PostgreSQL refuses to run as root; make ${installation.bin} readable for other users, or unset STRATA_PG_BIN.`,
    });
  }
  const place = makeOutside(`postgresql-${installation.version}-${sha256(stampOf(root)).slice(0, 12)}`, identity);
  const copy = join(place, 'native');
  if (!existsSync(copy)) copyBinaries(root, copy);
  return { ...installation, bin: join(copy, 'bin') };
}

/** Changes when the package is installed again. */
function stampOf(root: string): string {
  return `${root} ${statSync(join(root, 'bin', 'postgres')).mtimeMs}`;
}

function copyBinaries(from: string, to: string): void {
  const unfinished = `${to}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  copyTree(from, unfinished);
  try {
    renameSync(unfinished, to);
  } catch (thrown) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another process was first.
    if (!existsSync(to)) throw thrown;
  }
}

/** Hard links where that is possible and readable for all (60 MB in no time and no space), else copies. */
function copyTree(from: string, to: string): void {
  mkdirSync(to, { mode: 0o755 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else placeFile(source, target);
  }
}

function placeFile(source: string, target: string): void {
  const mode = statSync(source).mode;
  if ((mode & 0o004) !== 0) {
    try {
      linkSync(source, target);
      return;
    } catch {
      // Another disk, or one without hard links.
    }
  }
  copyFileSync(source, target);
  chmodSync(target, (mode & 0o100) !== 0 ? 0o755 : 0o644);
}
