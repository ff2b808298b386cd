/**
 * The memory of `strata check`: a check that found nothing need not be done again while nothing has changed that it
 * depends on. Only clean results are kept, under the hash of all they depend on, so that there is nothing to invalidate:
 * what has changed has another name. A result that cannot be read, or that is not whole, is as good as none.
 *
 * Files are `<embedded.dir>/cache/check/<check>-<hash>.json`, written beside and renamed: two runs at once write the same.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalJson, sha256 } from '../base/canonical.ts';
import { VERSION } from '../base/version.ts';
import type { Context } from './command.ts';

export type Counts = Readonly<Record<string, number>>;

export interface Remembered {
  readonly judged: Counts;
  /** When it was judged: ISO 8601. */
  readonly at: string;
}

export interface KeyParts {
  readonly check: string;
  /** Hash of the files. */
  readonly inputs: string;
  /** Hash of what the server is; null: the check needs none. */
  readonly server: string | null;
}

const FORMAT = 1;

/** Results kept of each check. Each is about 200 bytes; branches that are worked on in turn all stay warm. */
const KEPT = 50;

export function cacheFolder({ config }: Context): string {
  return join(config.root, config.embedded.dir, 'cache', 'check');
}

/** What is compared: the files, the configuration without its databases, this very build of the tool, and Node. */
export function cacheKey({ config }: Context, { check, inputs, server }: KeyParts): string {
  const { root, file, environment, target, environments, backup, fleet, ...settings } = config;
  const build = basename(fileURLToPath(import.meta.url));
  return sha256(canonicalJson([FORMAT, VERSION, build, process.version, check, settings, inputs, server]));
}

/** Null: it was never judged clean, or the record is not to be trusted. */
export function recall(context: Context, check: string, key: string): Remembered | null {
  const path = pathOf(context, check, key);
  try {
    const found = parsed(readFileSync(path, 'utf8'), key);
    // The ones in use are the last to be pruned.
    if (found) utimesSync(path, context.runtime.now(), context.runtime.now());
    return found;
  } catch {
    return null;
  }
}

function parsed(text: string, key: string): Remembered | null {
  const { sum, ...record } = JSON.parse(text) as Record<string, unknown>;
  if (sum !== sha256(canonicalJson(record)) || record.key !== key) return null;
  const { judged, at } = record as unknown as Remembered;
  // Zero of what a check is about is a fault, and never clean.
  return (Object.values(judged)[0] ?? 0) > 0 ? { judged, at } : null;
}

/** Gives what went wrong, in words; null: nothing. A result that is not remembered is no reason to fail. */
export function remember(context: Context, check: string, key: string, judged: Counts): string | null {
  const folder = cacheFolder(context);
  const record = { strata_check: FORMAT, check, key, judged, at: context.runtime.now().toISOString() };
  const path = pathOf(context, check, key);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, '.gitignore'), '*\n');
    const own = `${path}.${process.pid}`;
    writeFileSync(own, `${JSON.stringify({ ...record, sum: sha256(canonicalJson(record)) })}\n`);
    renameSync(own, path);
    prune(folder, check);
    return null;
  } catch (thrown) {
    return `the result is not remembered: ${String(thrown)}`;
  }
}

function pathOf(context: Context, check: string, key: string): string {
  return join(cacheFolder(context), `${check}-${key.slice(0, 32)}.json`);
}

function prune(folder: string, check: string): void {
  const names = readdirSync(folder).filter((name) => name.startsWith(`${check}-`));
  if (names.length <= KEPT) return;
  const aged = names.map((name) => ({
    name,
    time: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  }));
  for (const { name } of aged.sort((a, b) => b.time - a.time).slice(KEPT)) rmSync(join(folder, name), { force: true });
}
