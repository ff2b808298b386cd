/**
 * What mends the files when two branches have met: `strata repair --renumber FILE` gives a migration the next number, and
 * `strata repair --lock-file` writes strata.lock.json anew from the files. Neither reads the folder as a whole first, since two
 * files of one number, and a lock file with a conflict in it, are what they are called for.
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Block, type Outcome, outcome } from '../base/finding.ts';
import { readMigrations } from '../migrate/files.ts';
import { readHistory } from '../migrate/history.ts';
import { LOCK_FILE, writeLockFile } from '../migrate/lockfile.ts';
import { compareVersions, nextVersion, splitName } from '../migrate/version.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';

/** The lock file as the files are now. Needs no database. */
export function repairLockFile({ config }: Context, { dryRun }: Options): Outcome {
  const { files, findings } = readMigrations(config);
  const written = dryRun === true ? false : writeLockFile(config.root, files);
  const text = written ? `wrote ${LOCK_FILE}: ${files.length} migrations` : `${LOCK_FILE} was not written`;
  return outcome({ locked: files.length, written }, [{ kind: 'text', text }], findings);
}

/** A file gets the number after the last one. Refused when the database has it applied under the old one. */
export async function renumber(context: Context, options: Options): Promise<Outcome> {
  const { config, runtime } = context;
  const folder = join(config.root, config.migrations);
  const { name, version, files } = chosen(context, String(options.renumber));
  const others = versionsIn(folder, name);
  const next = nextVersion(others.at(-1), runtime.now());
  if (others.every((other) => compareVersions(other, version) < 0)) {
    throw new ToolError('USAGE', `${name} is the last migration already`, { hint: 'Renumber the other one.' });
  }
  await refuseApplied(context, version, name);
  const renamed = `${next}${name.slice(version.length)}`;
  const moves = files.map((file) => [file, renamed + file.slice(name.length)] as const);
  const importers = modulesThatName(folder, name).filter((file) => !files.includes(file));
  const data = { from: name, to: renamed, files: moves.map(([, to]) => `${config.migrations}/${to}`), importers };
  const [did, wrote] = options.dryRun === true ? ['would rename', 'would update'] : ['renamed', 'updated'];
  const view: Block[] = [
    ...moves.map(
      ([from, to]): Block => ({ kind: 'text', text: `${did} ${config.migrations}/${from} to ${to}`, tone: 'good' }),
    ),
    ...[...importers.map((file) => `${config.migrations}/${file}`), LOCK_FILE].map(
      (file): Block => ({ kind: 'text', text: `${wrote} ${file}` }),
    ),
  ];
  if (options.dryRun === true) return outcome(data, view);
  for (const [from, to] of moves) renameSync(join(folder, from), join(folder, to));
  for (const file of importers) replaceIn(join(folder, file), name, renamed);
  // Other files may still share a number: then the folder cannot be read, and its own error says what comes next.
  writeLockFile(config.root, readMigrations(config).files);
  return outcome(data, view);
}

interface Chosen {
  /** Without its ending: `003_add_slug`. */
  readonly name: string;
  readonly version: string;
  /** File names: one, or a pair of `.up.sql` and `.down.sql`. */
  readonly files: readonly string[];
}

/** By path, from where the command is called or from the project folder, or by name. */
function chosen({ config, runtime }: Context, given: string): Chosen {
  const folder = join(config.root, config.migrations);
  const paths = [resolve(runtime.cwd, given), resolve(config.root, given)];
  const path = paths.find((one) => existsSync(one) && relative(folder, one) === basename(one));
  const name = basename(path ?? given).replace(ENDING, '');
  const version = splitName(name)?.version;
  const files = namesIn(folder).filter((file) => ENDING.test(file) && file.replace(ENDING, '') === name);
  if (version !== undefined && files.length > 0) return { name, version, files };
  throw new ToolError('USAGE', `there is no migration ${given}`, {
    hint: `Give a file of ${config.migrations}: strata repair --renumber ${config.migrations}/${namesIn(folder).at(-1) ?? '003_words.sql'}`,
  });
}

const ENDING = /(?:\.up|\.down)?\.(?:[cm]?[jt]s|sql)$/;

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Versions of all other files, in order. */
function versionsIn(folder: string, name: string): readonly string[] {
  const names = namesIn(folder).filter((file) => ENDING.test(file) && file.replace(ENDING, '') !== name);
  return names.flatMap((file) => splitName(file.replace(ENDING, ''))?.version ?? []).sort(compareVersions);
}

async function refuseApplied(context: Context, version: string, name: string): Promise<void> {
  const { applied } = await withDatabase(context, (session) => readHistory(session, context.config.history));
  const row = applied.find((one) => one.version === version);
  if (row?.name !== name) return;
  throw new ToolError('USAGE', `${name} is applied under its number`, {
    detail: `applied ${row.appliedAt.toISOString()}; under another number it would be applied again`,
    hint: 'Renumber the other one, or undo this one first: strata down.',
  });
}

/** Modules beside it that import it. */
function modulesThatName(folder: string, name: string): readonly string[] {
  return namesIn(folder).filter(
    (file) => /\.[cm]?[jt]s$/.test(file) && importOf(name).test(readFileSync(join(folder, file), 'utf8')),
  );
}

function replaceIn(path: string, name: string, renamed: string): void {
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(importOf(name), (_, before: string, after: string) => before + renamed + after),
  );
}

function importOf(name: string): RegExp {
  return new RegExp(`(['"]\\./)${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}((?:\\.[cm]?[jt]s)?['"])`, 'g');
}
