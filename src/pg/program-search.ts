/**
 * Where PostgreSQL's programs may be on this machine, and which version each is.
 * Only folders are listed here; programs.ts chooses a client for a server, server/binaries.ts an installation to run.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

export type Env = Readonly<Record<string, string | undefined>>;

export interface SearchOptions {
  /** Folders looked at after STRATA_PG_BIN and PATH. Default: the usual ones of this operating system. */
  readonly usual?: readonly string[];
}

export interface Version {
  readonly major: number;
  /** `17.11`, `18beta1` */
  readonly text: string;
}

const WINDOWS = process.platform === 'win32';

/** Every folder worth a look, best first, each once: STRATA_PG_BIN, PATH, the usual places (newest first). */
export function programFolders(env: Env, options: SearchOptions = {}): readonly string[] {
  const path = (env.PATH ?? env.Path ?? '').split(delimiter);
  const all = [env.STRATA_PG_BIN ?? '', ...path, ...(options.usual ?? usualFolders(env))];
  return [...new Set(all.filter((folder) => folder !== ''))];
}

/** Where packages and installers put PostgreSQL. `*` stands for one path segment. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  linux: [
    '/usr/lib/postgresql/*/bin', // Debian, Ubuntu
    '/usr/pgsql-*/bin', // PGDG on Red Hat, Fedora, SUSE
    '/usr/libexec/postgresql*', // Alpine
    '/usr/lib/postgresql*/bin', // SUSE
    '/usr/local/pgsql/bin', // built from source
    '/opt/postgresql/*/bin', // EDB
    '/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin',
  ],
  darwin: [
    '/opt/homebrew/opt/postgresql@*/bin',
    '/usr/local/opt/postgresql@*/bin',
    '/opt/homebrew/opt/libpq/bin',
    '/usr/local/opt/libpq/bin',
    '/Applications/Postgres.app/Contents/Versions/*/bin',
    '/Library/PostgreSQL/*/bin',
    '/usr/local/pgsql/bin',
  ],
};

function usualFolders(env: Env): readonly string[] {
  const windows = [env.ProgramFiles, env['ProgramFiles(x86)']].flatMap((base) =>
    base ? [join(base, 'PostgreSQL', '*', 'bin')] : [],
  );
  return (WINDOWS ? windows : (USUAL[process.platform] ?? USUAL.linux ?? [])).flatMap(expand);
}

/** The folders that a pattern with at most one starred segment names, highest number first. */
function expand(pattern: string): readonly string[] {
  const parts = pattern.split(/[\\/]/);
  const star = parts.findIndex((part) => part.includes('*'));
  if (star < 0) return [pattern];
  const parent = parts.slice(0, star).join('/') || '/';
  const [before = '', after = ''] = (parts[star] ?? '').split('*');
  return childrenOf(parent)
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .sort((a, b) => numberIn(b) - numberIn(a))
    .map((name) => join(parent, name, ...parts.slice(star + 1)));
}

function childrenOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function numberIn(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? 0);
}

/** The program's path inside the folder, or null when it is not there or may not be run. */
export function programIn(folder: string, name: string): string | null {
  const path = join(folder, WINDOWS ? `${name}.exe` : name);
  try {
    accessSync(path, constants.X_OK);
    if (!statSync(path).isFile()) return null;
    // Debian's /usr/bin/pg_dump is a wrapper that picks a version by local clusters; the real ones are listed anyway.
    return basename(realpathSync(path)) === 'pg_wrapper' ? null : path;
  } catch {
    return null;
  }
}

/** What `<program> --version` says; null when it does not run or is not PostgreSQL's. Takes some milliseconds. */
export function versionOf(path: string): Promise<Version | null> {
  return new Promise((done) => {
    execFile(path, ['--version'], { timeout: 10_000, windowsHide: true }, (error, stdout) => {
      const [, text, major] = /\(PostgreSQL\) ((\d+)\S*)/.exec(stdout) ?? [];
      done(error || text === undefined ? null : { text, major: Number(major) });
    });
  });
}
