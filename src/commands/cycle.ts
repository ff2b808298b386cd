/**
 * `strata cycle`: every migration up, down and up again on a scratch database, the catalog compared after each step.
 * What it judges is files, so it needs no history and leaves the command's own database alone. With rows, put in or from a
 * backup, the rows are compared too.
 */
import { ToolError } from '../base/errors.ts';
import { type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { withTask } from '../base/runtime.ts';
import type { Snapshot } from '../catalog/model.ts';
import { readSnapshot } from '../catalog/read.ts';
import { type ChainEnd, type CycleOptions, type CycleResult, cycleChain } from '../migrate/cycle.ts';
import { ownTables } from '../migrate/history.ts';
import type { CompiledMigration } from '../migrate/model.ts';
import { ReplayFailure } from '../migrate/replay.ts';
import type { Session } from '../pg/pool.ts';
import type { Context, Options } from './command.ts';
import type { BackupGround } from './cycle-backup.ts';
import type { DataRun } from './cycle-data.ts';
import { cycleFindings } from './cycle-findings.ts';
import { extentOf, loadProject, type Project } from './project.ts';
import { withScratchSession } from './scratch.ts';

export interface CycleData {
  readonly migrations: readonly {
    readonly version: string;
    readonly name: string;
    readonly result: Judged;
    /** Tables before up, and those of them with rows; null: rows were not compared. */
    readonly tables: { readonly total: number; readonly judged: number } | null;
  }[];
  readonly cycled: number;
  /** The backup whose rows were used. */
  readonly backup: string | null;
}

type Judged = CycleResult['kind'] | 'not_run';

export async function run(context: Context, options: Options): Promise<Outcome<CycleData>> {
  const project = loadProject(context);
  const all = await project.compiler(project.files);
  const files = project.files.flatMap((file) => all.get(file.version) ?? []);
  const ground = await groundOf(context, options, { project, migrations: files });
  const migrations = files.slice(ground.has);
  const extent = extentOf(options);
  const until = extent.to === undefined ? migrations.length : indexOf(migrations, extent.to) + 1;
  const from = Math.max(0, until - (extent.steps ?? until));
  if (until === 0) {
    const none = nothing(context.config.migrations, extent.to, ground.id);
    return outcome({ migrations: [], cycled: 0, backup: ground.id }, [], [none]);
  }
  const results = new Map<string, CycleResult>();
  const compile = { ...project.folder, all: project.files };
  const rows = await rowsOf(context, options, ground);
  await withTask(context.runtime, { id: 'cycle', title: 'up, down, up' }, () =>
    chains(context, { migrations, from, until, compile, data: rows?.chain }, { results, ground }),
  );
  const judged = migrations.slice(from, until);
  const findings = [...project.findings, ...judged.flatMap(({ file }) => cycleFindings(results.get(file.name)))];
  if (rows) findings.push(...(await rowFindings(context, rows, [...results.values()])));
  const data: CycleData = {
    migrations: judged.map((migration) => told(migration, results)),
    cycled: results.size,
    backup: ground.id,
  };
  return outcome(data, [{ kind: 'text', text: summary(data), tone: 'strong' }], findings);
}

/** Where a chain starts: an empty database, or a backup. */
type Ground = Pick<BackupGround, 'has' | 'check'> & {
  readonly id: string | null;
  readonly fill: BackupGround['fill'] | undefined;
};

const EMPTY: Ground = { id: null, has: 0, fill: undefined, check: async () => undefined };

async function groundOf(
  context: Context,
  options: Options,
  files: { readonly project: Project; readonly migrations: readonly CompiledMigration[] },
): Promise<Ground> {
  if (options.fromBackup === undefined) return EMPTY;
  if (options.withData === true) {
    throw new ToolError('USAGE', '--with-data and --from-backup exclude each other', {
      hint: 'A backup has rows of its own; without one, --with-data makes some.',
    });
  }
  return (await import('./cycle-backup.ts')).backupGround(context, options, files);
}

/** Null: only the catalog is compared. The code that knows rows is loaded only for them. */
async function rowsOf(context: Context, options: Options, { id }: Ground): Promise<DataRun | null> {
  if (id === null && options.withData !== true) return null;
  return (await import('./cycle-data.ts')).dataRun(context, id === null ? 'seeds' : 'own');
}

async function rowFindings(
  context: Context,
  { refusals }: DataRun,
  results: readonly CycleResult[],
): Promise<readonly Finding[]> {
  const { dataFindings, refusesRows, unjudged } = await import('./cycle-data-findings.ts');
  const told = results.flatMap((result) => {
    const refusal = refusals.get(result.migration.file.name);
    // Then it is not the rows.
    const failsAnyhow = result.kind === 'failed' && result.step === 'up';
    const refused = refusal && !failsAnyhow ? [refusesRows(result.migration, refusal)] : [];
    return [...refused, ...dataFindings(result)];
  });
  return [...told, ...unjudged(results, context.config.seeds)];
}

function told(
  { file: { version, name } }: CompiledMigration,
  results: ReadonlyMap<string, CycleResult>,
): CycleData['migrations'][number] {
  const result = results.get(name);
  const data = result?.data;
  const tables = data ? { total: data.tables, judged: data.judged } : null;
  return { version, name, result: result?.kind ?? 'not_run', tables };
}

/** A database is used as long as it can be trusted; then the next one takes over behind the migration that spoilt it. */
async function chains(
  context: Context,
  options: Pick<CycleOptions, 'migrations' | 'from' | 'until' | 'compile' | 'data'>,
  { results, ground }: { readonly results: Map<string, CycleResult>; readonly ground: Ground },
): Promise<void> {
  const { runtime, config } = context;
  const thorough = new Set<string>();
  let careful = false;
  const look = { schemas: config.schemas, exclude: ownTables(config.history) };
  const onResult = (result: CycleResult): void => {
    const { name } = result.migration.file;
    results.set(name, result);
    const total = options.until - options.from;
    runtime.emit({ kind: 'progress', task: 'cycle', done: results.size, total, unit: 'migrations', text: name });
  };
  for (let from = options.from; from < options.until; ) {
    const work = async (session: Session): Promise<ChainEnd> => {
      await ground.check(session);
      const read = (on: Session): Promise<Snapshot> => readSnapshot(on, look);
      return await cycleChain(session, { ...options, from, thorough, careful, onResult, read, signal: runtime.signal });
    };
    const end = await withScratchSession(context, work, ground.fill).catch((thrown: unknown) => {
      throw thrown instanceof ReplayFailure ? unreachable(thrown, options.from > 0) : thrown;
    });
    const last = options.migrations[end.done - 1];
    const stuck = last && results.get(last.file.name);
    // Behind a migration that does not even go up there is nothing to stand on.
    if (stuck?.kind === 'failed' && stuck.step === 'up') return;
    if (end.suspect !== null) thorough.add(end.suspect);
    careful ||= end.careful === true;
    from = end.done;
  }
}

/** With --steps, what comes before is only run; without, it ran before, on another database of the same server. */
function unreachable({ message, place, detail }: ReplayFailure, hasSteps: boolean): ToolError {
  const { file, line, column } = place;
  return new ToolError('MIGRATION_FAILED', `a migration before those to cycle does not run: ${message}`, {
    detail: [`${file}:${line}:${column}`, detail].filter((text) => text !== '').join('\n'),
    hint: hasSteps
      ? 'Cycle it as well: leave out --steps, or give a larger number.'
      : 'It ran on the scratch database before this one: look for what it leaves on the server, outside of its database.',
  });
}

function indexOf(migrations: readonly CompiledMigration[], version: string): number {
  return migrations.findIndex(({ file }) => file.version === version);
}

function nothing(folder: string, to: string | undefined, backup: string | null): Finding {
  const where = backup === null ? `in ${folder}` : `in ${folder} that backup ${backup} does not have yet`;
  return finding({
    code: 'cycle/nothing',
    level: 'error',
    subject: folder,
    message: to === undefined ? `there is no migration ${where}` : `there is no migration ${to} ${where}`,
    hint: 'Look where the migrations are: strata status',
  });
}

function summary({ migrations, cycled, backup }: CycleData): string {
  const count = (kind: Judged): number => migrations.filter(({ result }) => result === kind).length;
  const judged = migrations.flatMap(({ tables }) => tables ?? []);
  const sum = (of: 'total' | 'judged'): number => judged.reduce((all, tables) => all + tables[of], 0);
  const parts = [
    `${cycled} migrations cycled${backup === null ? '' : ` on the rows of ${backup}`}`,
    `${count('clean')} clean`,
    ...(count('differs') > 0 ? [`${count('differs')} not undone or not repeated`] : []),
    ...(count('failed') > 0 ? [`${count('failed')} failed`] : []),
    ...(count('irreversible') > 0 ? [`${count('irreversible')} irreversible`] : []),
    ...(count('not_run') > 0 ? [`${count('not_run')} not run`] : []),
    ...(judged.length > 0 ? [`rows compared in ${sum('judged')} of ${sum('total')} looks at a table`] : []),
  ];
  return parts.join(', ');
}
