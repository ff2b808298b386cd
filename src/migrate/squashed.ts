/**
 * A baseline stands for the migrations it was squashed from. Its file names them, one a line at its top:
 *
 *   -- strata: squashed 001_extensions <checksum>
 *   -- strata: squashed 081_baseline <checksum> and all before
 *
 * A history that has all of them is at the baseline, whatever its rows are called; one that has none runs it; one that has
 * some is in the middle, and nothing here can bring it further. The second form is a baseline that was squashed again: its row
 * alone stands for all before.
 */
import type { AppliedMigration, MigrationFile, MigrationStatus, Squashed } from './model.ts';
import { compareVersions, splitName } from './version.ts';

const LINE = /^-- strata: squashed (\S+) ([0-9a-f]{64})( and all before)?$/gm;

/** In the order of the file; empty for a migration that is no baseline. */
export function squashedIn(source: string): readonly Squashed[] {
  if (!source.startsWith('-- strata: squashed ')) return [];
  return [...source.matchAll(LINE)].flatMap(([, name = '', checksum = '', whole]) => {
    const version = splitName(name)?.version;
    return version === undefined ? [] : [{ name, version, checksum, whole: whole !== undefined }];
  });
}

export function squashedLine({ name, checksum, whole }: Squashed): string {
  return `-- strata: squashed ${name} ${checksum}${whole ? ' and all before' : ''}`;
}

/** What stands in a new baseline for these files: themselves, and what those that are baselines stood for. */
export function standsFor(files: readonly MigrationFile[]): readonly Squashed[] {
  return files.flatMap(({ name, version, checksum, squashed = [] }) => [
    ...squashed,
    { name, version, checksum, whole: squashed.length > 0 },
  ]);
}

type State = Pick<MigrationStatus, 'state' | 'edit' | 'lacking'>;

/** Null: the history has nothing of it, or it is no baseline. */
export function baselineState(file: MigrationFile, rows: ReadonlyMap<string, AppliedMigration>): State | null {
  const { squashed = [] } = file;
  if (squashed.length === 0 || rows.get(file.version)?.checksum === file.checksum) return null;
  const found = squashed.filter(({ version }) => rows.has(version));
  if (found.length === 0) return null;
  const wholes = squashed.filter(({ version, checksum, whole }) => whole && rows.get(version)?.checksum === checksum);
  const covered = (version: string): boolean => wholes.some((one) => compareVersions(version, one.version) <= 0);
  const lacking = squashed.filter(({ version }) => !rows.has(version) && !covered(version)).map(({ name }) => name);
  if (lacking.length > 0) return { state: 'partly_squashed', lacking: [...new Set(lacking)] };
  const known = new Set(squashed.map(({ version, checksum }) => `${version} ${checksum}`));
  const same = found.every(({ version }) => known.has(`${version} ${rows.get(version)?.checksum}`));
  return same ? { state: 'applied' } : { state: 'edited', edit: 'unknown' };
}

/** Versions that have no file any more because a baseline stands for them. */
export function squashedVersions(files: readonly MigrationFile[]): ReadonlySet<string> {
  const own = new Set(files.map(({ version }) => version));
  const all = files.flatMap(({ squashed = [] }) => squashed.map(({ version }) => version));
  return new Set(all.filter((version) => !own.has(version)));
}
