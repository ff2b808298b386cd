/**
 * Files and history compared, and what follows from it. Pure. Migrations are compared as sets by version, never by
 * position: a deleted file is "missing", not a complaint about the order of the next one.
 */
import { ToolError } from '../base/errors.ts';
import type { Direction, Plan, PlanStep } from '../base/plan.ts';
import { compareVersions } from './files.ts';
import type { History } from './history.ts';
import type { CompiledMigration, MigrationFile, MigrationStatus } from './model.ts';
import { baselineState, squashedVersions } from './squashed.ts';

/** How much of the pending or applied migrations to take. */
export interface Extent {
  /** `up`: this version is the last to be applied. `down`: this version stays, everything above it goes. */
  readonly to?: string;
  /** How many; default: all for `up`, one for `down`. */
  readonly steps?: number;
}

export interface UpOptions extends Extent {
  /** Apply pending migrations that are older than applied ones. Default false. */
  readonly allowOutOfOrder?: boolean;
}

/** Every migration that has a file, a history row or an unfinished step, in the order of versions. */
export function statusesOf(files: readonly MigrationFile[], history: History): readonly MigrationStatus[] {
  const byVersion = new Map(files.map((file) => [file.version, file]));
  const applied = new Map(history.applied.map((row) => [row.version, row]));
  const interrupted = new Map(history.interrupted.map((row) => [row.version, row]));
  const latest = [...applied.keys()].reduce<string | null>(
    (max, version) => (max === null || compareVersions(version, max) > 0 ? version : max),
    null,
  );
  const known = [...new Set([...byVersion.keys(), ...applied.keys(), ...interrupted.keys()])];
  const gone = squashedVersions(files);
  const versions = gone.size === 0 ? known : known.filter((version) => !gone.has(version));
  return versions.sort(compareVersions).map((version) => {
    const [file, row, stopped] = [byVersion.get(version), applied.get(version), interrupted.get(version)];
    return {
      version,
      name: file?.name ?? row?.name ?? version,
      ...((file?.squashed && !stopped ? baselineState(file, applied) : null) ??
        stateOf(file, row?.checksum, stopped !== undefined, latest !== null && compareVersions(version, latest) < 0)),
      ...(file ? { file } : {}),
      ...(row ? { applied: row } : {}),
      ...(stopped ? { interrupted: stopped } : {}),
    };
  });
}

function stateOf(
  file: MigrationFile | undefined,
  checksum: string | undefined,
  interrupted: boolean,
  older: boolean,
): Pick<MigrationStatus, 'state' | 'edit'> {
  if (interrupted) return { state: 'failed' };
  if (checksum === undefined) return { state: older ? 'out_of_order' : 'pending' };
  if (!file) return { state: 'missing' };
  return file.checksum === checksum ? { state: 'applied' } : { state: 'edited', edit: 'unknown' };
}

/** Tells edits apart once the edited files are compiled: the same statements in another dress, or other statements. */
export function classifyEdits(
  statuses: readonly MigrationStatus[],
  compiled: ReadonlyMap<string, CompiledMigration>,
): readonly MigrationStatus[] {
  return statuses.map((status) => {
    if (status.state !== 'edited') return status;
    const [now, then] = [compiled.get(status.version)?.semanticChecksum, status.applied?.semanticChecksum];
    return { ...status, edit: now && now === then ? 'cosmetic' : 'semantic' };
  });
}

/** What `up` would apply, in order. Throws when something applied is edited, missing or unfinished, or the order is wrong. */
export function chooseUp(statuses: readonly MigrationStatus[], options: UpOptions = {}): readonly MigrationStatus[] {
  if (options.to !== undefined) demandVersion(statuses, options.to);
  refuseBroken(statuses);
  const limit = options.to;
  const waiting = statuses
    .filter(isWaiting)
    .filter((s) => limit === undefined || compareVersions(s.version, limit) <= 0);
  const chosen = waiting.slice(0, options.steps ?? waiting.length);
  const late = chosen.filter((status) => status.state === 'out_of_order');
  if (late.length > 0 && !options.allowOutOfOrder) throw outOfOrder(late, statuses);
  return chosen;
}

/** What `down` would revert, in reverse order of application. */
export function chooseDown(
  statuses: readonly MigrationStatus[],
  history: History,
  extent: Extent = {},
): readonly MigrationStatus[] {
  const { to, steps } = extent;
  if (to !== undefined) demandVersion(statuses, to);
  const partly = statuses.find((s) => s.state === 'partly_squashed');
  if (partly) throw partlySquashed(partly);
  const unfinished = statuses.find((s) => s.interrupted?.direction === 'up');
  if (unfinished) throw unfinishedError(unfinished);
  const byVersion = new Map(statuses.map((status) => [status.version, status]));
  const applied = history.applied.map((row) => byVersion.get(row.version)).filter((s) => s !== undefined);
  // A down that stopped in the middle goes first, wherever it stands.
  const backwards = applied.reverse().sort((a, b) => Number(Boolean(b.interrupted)) - Number(Boolean(a.interrupted)));
  const above = to === undefined ? backwards : backwards.filter((s) => compareVersions(s.version, to) > 0);
  const chosen = above.slice(0, to === undefined ? (steps ?? 1) : above.length);
  const gone = chosen.find((status) => !status.file);
  if (gone) throw missing([gone]);
  return chosen;
}

/** Compiled migrations as a plan. Throws MIGRATION_IRREVERSIBLE before anything is undone. */
export function planOf(
  direction: Direction,
  chosen: readonly MigrationStatus[],
  compiled: ReadonlyMap<string, CompiledMigration>,
): Plan {
  const steps = chosen.map((status) => stepOf(direction, status, compiled.get(status.version)));
  const stuck = steps.flatMap(({ script, ...step }) => (script.kind === 'irreversible' ? [{ ...step, script }] : []));
  if (direction === 'down' && stuck.length > 0) {
    throw new ToolError('MIGRATION_IRREVERSIBLE', `${listed(stuck.map((s) => s.name))} cannot be undone`, {
      detail: stuck.map((s) => `${s.script.place.file}:${s.script.place.line}: ${s.script.reason}`).join('\n'),
      hint: `Write a down for ${stuck[0]?.file}, or undo it with a new migration. Nothing was changed.`,
    });
  }
  return { direction, steps };
}

function stepOf(direction: Direction, status: MigrationStatus, compiled: CompiledMigration | undefined): PlanStep {
  if (!compiled) throw new ToolError('BUG', `migration ${status.name} was not compiled`);
  const { file, semanticChecksum } = compiled;
  const { version, name, checksum } = file;
  const replaced = file.squashed?.map((one) => one.version).filter((other) => other !== version) ?? [];
  const stands = replaced.length > 0 ? { standsFor: [...new Set(replaced)] } : {};
  return {
    version,
    name,
    direction,
    file: file.file,
    script: compiled[direction],
    checksum,
    semanticChecksum,
    ...stands,
  };
}

function isWaiting({ state, interrupted }: MigrationStatus): boolean {
  return state === 'pending' || state === 'out_of_order' || (state === 'failed' && interrupted?.direction === 'up');
}

function refuseBroken(statuses: readonly MigrationStatus[]): void {
  const partly = statuses.find((s) => s.state === 'partly_squashed');
  if (partly) throw partlySquashed(partly);
  const gone = statuses.filter((s) => s.state === 'missing' || (s.state === 'failed' && !s.file));
  if (gone.length > 0) throw missing(gone);
  const edited = statuses.filter((s) => s.state === 'edited' && s.edit !== 'cosmetic');
  if (edited.length > 0) throw editedError(edited);
  const down = statuses.find((s) => s.interrupted?.direction === 'down');
  if (down) throw unfinishedError(down);
}

function demandVersion(statuses: readonly MigrationStatus[], version: string): void {
  if (statuses.some((status) => status.version === version)) return;
  const near = statuses.filter((s) => compareVersions(s.version, version) === 0 || s.name.includes(version)).at(0);
  throw new ToolError('MIGRATION_UNKNOWN', `there is no migration ${version}`, {
    hint: near
      ? `Did you mean ${near.version} (${near.name})?`
      : `Known versions: ${listed(statuses.map((s) => s.version)) || 'none'}. See: strata status`,
  });
}

function missing(gone: readonly MigrationStatus[]): ToolError {
  return new ToolError(
    'MIGRATION_MISSING',
    `the file of applied migration ${listed(gone.map((s) => s.name))} is gone`,
    {
      detail: gone.map((s) => `${s.name}, applied ${s.applied?.appliedAt.toISOString() ?? 'in part'}`).join('\n'),
      hint: `Bring it back from version control: git log --diff-filter=D --name-only -- '*${gone[0]?.name}.*'`,
    },
  );
}

function editedError(edited: readonly MigrationStatus[]): ToolError {
  const names = edited.map((s) => s.file?.file ?? s.name);
  return new ToolError(
    'MIGRATION_EDITED',
    `applied migration ${listed(edited.map((s) => s.name))} was changed afterwards`,
    {
      detail: edited
        .map(
          (s) => `${s.file?.file}: recorded ${s.applied?.checksum.slice(0, 12)}, file ${s.file?.checksum.slice(0, 12)}`,
        )
        .join('\n'),
      hint: `Undo the edit (git checkout -- ${names.join(' ')}), or, when the database already is as the file says: strata repair ${edited.map((s) => s.version).join(' ')}`,
    },
  );
}

function outOfOrder(late: readonly MigrationStatus[], statuses: readonly MigrationStatus[]): ToolError {
  const newest = statuses.filter((s) => s.applied).at(-1);
  return new ToolError('MIGRATION_OUT_OF_ORDER', `${listed(late.map((s) => s.name))} is older than what is applied`, {
    detail: `${newest?.name} is applied already; pending below it: ${late.map((s) => s.file?.file).join(', ')}`,
    hint: `Give it the next number: strata repair --renumber ${late[0]?.file?.file}. Or apply it where it stands: strata up --allow-out-of-order`,
  });
}

function unfinishedError(status: MigrationStatus): ToolError {
  const { interrupted, name, version } = status;
  const direction = interrupted?.direction ?? 'up';
  return new ToolError('MIGRATION_UNFINISHED', `the ${direction} of ${name} stopped in the middle`, {
    detail: `${interrupted?.done} of ${interrupted?.total} statements are done${interrupted?.error ? `; ${interrupted.error}` : ''}`,
    hint: `Finish it with: strata ${direction}. Or, after undoing its statements by hand: strata repair ${version}`,
  });
}

function partlySquashed({ name, file, lacking = [] }: MigrationStatus): ToolError {
  return new ToolError('SQUASH_PARTIAL', `the database has only some of the migrations that ${name} stands for`, {
    detail: `not applied: ${listed(lacking)}`,
    hint: `Take the files from before the squash (git log --oneline --diff-filter=A -- ${file?.file} names its commit), run strata up --to ${file?.version} with them, and come back.`,
  });
}

/** `a, b and 3 more`. */
function listed(names: readonly string[]): string {
  const head = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${head} and ${names.length - 5} more` : head;
}
