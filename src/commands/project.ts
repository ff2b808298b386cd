/** What the migration commands share: the files, the history, the states that follow, and compiling no more than needed. */
import { ToolError } from '../base/errors.ts';
import type { Direction, PlanStep } from '../base/plan.ts';
import type { Snapshot } from '../catalog/model.ts';
import { compileMigrations } from '../migrate/compile.ts';
import { type FolderOptions, type MigrationFolder, readMigrations } from '../migrate/files.ts';
import { type History, ownTables, readHistory, refuseElsewhere } from '../migrate/history.ts';
import type { CompiledMigration, MigrationFile, MigrationStatus } from '../migrate/model.ts';
import {
  chooseDown,
  chooseUp,
  classifyEdits,
  type Extent,
  planOf,
  statusesOf,
  type UpOptions,
} from '../migrate/plan.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';

/** Compiles files when they are first asked for, and each once. */
export type Compiler = (files: readonly MigrationFile[]) => Promise<ReadonlyMap<string, CompiledMigration>>;

export interface Project extends MigrationFolder {
  readonly folder: FolderOptions;
  readonly compiler: Compiler;
}

export function loadProject({ config }: Context): Project {
  const folder: FolderOptions = { root: config.root, migrations: config.migrations, sql: config.sql };
  const read = readMigrations(folder);
  const done = new Map<string, CompiledMigration>();
  const compiler: Compiler = async (files) => {
    const missing = files.filter((file) => !done.has(file.version));
    if (missing.length > 0) {
      const fresh = await compileMigrations(missing, { ...folder, all: read.files });
      for (const migration of fresh) done.set(migration.file.version, migration);
    }
    return done;
  };
  return { ...read, folder, compiler };
}

/** The history, or a refusal when it is somewhere else. One round trip when there is one. */
export async function loadHistory(context: Context, session: Session, project: Project): Promise<History> {
  const { history } = context.config;
  const read = await readHistory(session, history);
  if (!read.present) await refuseElsewhere(session, history, new Set(project.files.map((file) => file.name)));
  return read;
}

/** States, with edits told apart; only edited files are compiled. */
export async function statuses(project: Project, history: History): Promise<readonly MigrationStatus[]> {
  const plain = statusesOf(project.files, history);
  const edited = plain.filter((status) => status.state === 'edited');
  return edited.length === 0 ? plain : classifyEdits(plain, await project.compiler(filesOf(edited)));
}

export async function stepsUp(project: Project, history: History, options: UpOptions): Promise<readonly PlanStep[]> {
  return compiledSteps('up', project, chooseUp(await statuses(project, history), options));
}

export async function stepsDown(project: Project, history: History, extent: Extent): Promise<readonly PlanStep[]> {
  return compiledSteps('down', project, chooseDown(statusesOf(project.files, history), history, extent));
}

export async function compiledSteps(
  direction: Direction,
  project: Project,
  chosen: readonly MigrationStatus[],
): Promise<readonly PlanStep[]> {
  if (chosen.length === 0) return [];
  return planOf(direction, chosen, await project.compiler(filesOf(chosen))).steps;
}

export function filesOf(chosen: readonly MigrationStatus[]): readonly MigrationFile[] {
  return chosen.flatMap(({ file }) => (file ? [file] : []));
}

/** `--to` and `--steps`, which exclude each other. */
export function extentOf(options: Options): Extent {
  const { to, steps } = options as { readonly to?: string; readonly steps?: number };
  if (to !== undefined && steps !== undefined) {
    throw new ToolError('USAGE', '--to and --steps exclude each other', { hint: 'Give one of them.' });
  }
  if (steps !== undefined && !(Number.isInteger(steps) && steps > 0)) {
    throw new ToolError('USAGE', '--steps must be a number from 1 on', { hint: 'For example: --steps 2' });
  }
  return { ...(to === undefined ? {} : { to: String(to) }), ...(steps === undefined ? {} : { steps }) };
}

/** Hash of the live catalog: see readLive(). */
export async function liveHash(context: Context, session: Session): Promise<string> {
  return (await readLive(context, session)).hash;
}

/**
 * The live catalog and its hash, without the toolkit's own tables and without partitions, which jobs make and drop while the
 * schema stays as it was migrated. The catalog's code is loaded only when it is asked for.
 */
export async function readLive(
  { config }: Context,
  session: Session,
): Promise<{ readonly snapshot: Snapshot; readonly hash: string }> {
  const [{ readSnapshot }, { snapshotHash }] = await Promise.all([
    import('../catalog/read.ts'),
    import('../catalog/snapshot.ts'),
  ]);
  const exclude = ownTables(config.history);
  const snapshot = await readSnapshot(session, { schemas: config.schemas, exclude, partitions: false });
  return { snapshot, hash: snapshotHash(snapshot) };
}
