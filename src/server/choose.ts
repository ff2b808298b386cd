/**
 * Which installation the embedded server runs on.
 *
 * 1. Data that exist decide: PostgreSQL never starts on another major version's files.
 * 2. `embedded.version` decides.
 * 3. A complete installation that STRATA_PG_BIN names.
 * 4. PostgreSQL from npm, when client programs of its major version or newer are at hand: without them no backup.
 * 5. The newest complete installation that we support.
 * 6. PostgreSQL from npm all the same: everything but backups works, and those say what to install.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { SUPPORTED } from '../pg/pool.ts';
import { installHint } from '../pg/program-install.ts';
import type { Env, SearchOptions } from '../pg/program-search.ts';
import { findPrograms } from '../pg/programs.ts';
import { completeInstallations, type Installation, installationIn, npmInstallation } from './binaries.ts';

export interface Choice {
  readonly env: Env;
  /** `embedded.version`: a major version, or `auto`. */
  readonly version: string;
  readonly dataDir: string;
  /** The folder of the binaries used before on these data: kept while it fits, because collations differ by build. */
  readonly before?: string;
  readonly search?: SearchOptions;
  /** The npm package's folder, for tests. */
  readonly npm?: string | null;
}

export async function chooseInstallation(choice: Choice): Promise<Installation> {
  const existing = dataVersion(choice.dataDir);
  if (existing !== null) return ofMajor(existing, choice, `the data in ${choice.dataDir} are PostgreSQL ${existing}'s`);
  if (/^\d+$/.test(choice.version)) {
    return ofMajor(Number(choice.version), choice, `embedded.version is ${choice.version}`);
  }
  return byRule(choice);
}

/** The major version that made a data directory; null when there is none yet. */
export function dataVersion(dataDir: string): number | null {
  const file = join(dataDir, 'PG_VERSION');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : null;
}

async function ofMajor(major: number, choice: Choice, reason: string): Promise<Installation> {
  const own = await npm(choice);
  if (own?.major === major && own.bin === choice.before) return own;
  const before = choice.before === undefined ? null : await installationIn(choice.before);
  if (before?.major === major) return before;
  const complete = await completeInstallations(choice.env, choice.search);
  const all = [...complete.filter((i) => i.bin === choice.env.STRATA_PG_BIN), ...(own ? [own] : []), ...complete];
  const chosen = all.find((installation) => installation.major === major);
  if (chosen) return chosen;
  const seen = all.map((i) => `PostgreSQL ${i.version} in ${i.bin}`).join(', ') || 'none';
  throw new ToolError('EMBEDDED_BINARIES', `no PostgreSQL ${major} server is on this machine`, {
    detail: `${reason}; found: ${seen}`,
    hint:
      installHint('server', major) +
      (dataVersion(choice.dataDir) === null
        ? ''
        : ` To start afresh instead: mv ${choice.dataDir} ${choice.dataDir}.${major}`),
  });
}

async function byRule(choice: Choice): Promise<Installation> {
  const complete = (await completeInstallations(choice.env, choice.search)).filter((i) => i.major >= SUPPORTED.oldest);
  const named = complete.find((i) => i.bin === choice.env.STRATA_PG_BIN);
  if (named) return named;
  const own = await npm(choice);
  if (own && (await hasClients(own.major, choice))) return own;
  const newest = complete.filter((i) => i.major <= SUPPORTED.newest).sort((a, b) => b.major - a.major)[0];
  const chosen = newest ?? own;
  if (chosen) return chosen;
  throw new ToolError('EMBEDDED_BINARIES', 'no PostgreSQL server is on this machine', {
    detail: `npm has no binaries that run on ${process.platform}-${process.arch}, and no complete local installation was found`,
    hint: installHint('server', 17),
  });
}

async function hasClients(major: number, { env, search = {} }: Choice): Promise<boolean> {
  const dumps = await findPrograms('pg_dump', env, search);
  return dumps.some((dump) => dump.major >= major);
}

function npm({ npm: root }: Choice): Promise<Installation | null> {
  return root === undefined ? npmInstallation() : npmInstallation(root);
}
