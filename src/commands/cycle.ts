/**
 * `strata cycle`: every migration up, down and up again on a scratch database, the catalog compared after each step.
 * What it judges is files, so it needs no history and leaves the command's own database alone.
 */
import { type Finding, finding, type Outcome, outcome } from '../base/finding.ts';
import { withTask } from '../base/runtime.ts';
import { readSnapshot } from '../catalog/read.ts';
import { type CycleOptions, type CycleResult, cycleChain } from '../migrate/cycle.ts';
import type { CompiledMigration } from '../migrate/model.ts';
import type { Context, Options } from './command.ts';
import { cycleFindings } from './cycle-findings.ts';
import { extentOf, loadProject } from './project.ts';
import { withScratchSession } from './scratch.ts';

export interface CycleData {
  readonly migrations: readonly { readonly version: string; readonly name: string; readonly result: Judged }[];
  readonly cycled: number;
}

type Judged = CycleResult['kind'] | 'not_run';

export async function run(context: Context, options: Options): Promise<Outcome<CycleData>> {
  const project = loadProject(context);
  const all = await project.compiler(project.files);
  const migrations = project.files.flatMap((file) => all.get(file.version) ?? []);
  const extent = extentOf(options);
  const until = extent.to === undefined ? migrations.length : indexOf(migrations, extent.to) + 1;
  const from = Math.max(0, until - (extent.steps ?? until));
  if (until === 0) return outcome({ migrations: [], cycled: 0 }, [], [nothing(context.config.migrations, extent.to)]);
  const results = new Map<string, CycleResult>();
  const compile = { ...project.folder, all: project.files };
  await withTask(context.runtime, { id: 'cycle', title: 'up, down, up' }, () =>
    chains(context, { migrations, from, until, compile }, results),
  );
  const judged = migrations.slice(from, until);
  const findings = [...project.findings, ...judged.flatMap(({ file }) => cycleFindings(results.get(file.name)))];
  const rows = judged.map(({ file: { version, name } }) => ({
    version,
    name,
    result: results.get(name)?.kind ?? ('not_run' as const),
  }));
  const data: CycleData = { migrations: rows, cycled: rows.filter(({ result }) => result !== 'not_run').length };
  return outcome(data, [{ kind: 'text', text: summary(data), tone: 'strong' }], findings);
}

/** A database is used as long as it can be trusted; then the next one takes over behind the migration that spoilt it. */
async function chains(
  context: Context,
  options: Pick<CycleOptions, 'migrations' | 'from' | 'until' | 'compile'>,
  results: Map<string, CycleResult>,
): Promise<void> {
  const { runtime, config } = context;
  const thorough = new Set<string>();
  const onResult = (result: CycleResult): void => {
    const { name } = result.migration.file;
    results.set(name, result);
    const total = options.until - options.from;
    runtime.emit({ kind: 'progress', task: 'cycle', done: results.size, total, unit: 'migrations', text: name });
  };
  for (let from = options.from; from < options.until; ) {
    const end = await withScratchSession(context, (session) =>
      cycleChain(session, {
        ...options,
        from,
        thorough,
        onResult,
        read: (on) => readSnapshot(on, { schemas: config.schemas }),
        signal: runtime.signal,
      }),
    );
    const last = options.migrations[end.done - 1];
    const stuck = last && results.get(last.file.name);
    // Behind a migration that does not even go up there is nothing to stand on.
    if (stuck?.kind === 'failed' && stuck.step === 'up') return;
    if (end.suspect !== null) thorough.add(end.suspect);
    from = end.done;
  }
}

function indexOf(migrations: readonly CompiledMigration[], version: string): number {
  return migrations.findIndex(({ file }) => file.version === version);
}

function nothing(folder: string, to: string | undefined): Finding {
  return finding({
    code: 'cycle/nothing',
    level: 'error',
    subject: folder,
    message: to === undefined ? `there is no migration in ${folder}` : `there is no migration ${to} in ${folder}`,
    hint: 'Look where the migrations are: strata status',
  });
}

function summary({ migrations, cycled }: CycleData): string {
  const count = (kind: Judged): number => migrations.filter(({ result }) => result === kind).length;
  const parts = [
    `${cycled} migrations cycled`,
    `${count('clean')} clean`,
    ...(count('differs') > 0 ? [`${count('differs')} not undone or not repeated`] : []),
    ...(count('failed') > 0 ? [`${count('failed')} failed`] : []),
    ...(count('irreversible') > 0 ? [`${count('irreversible')} irreversible`] : []),
    ...(count('not_run') > 0 ? [`${count('not_run')} not run`] : []),
  ];
  return parts.join(', ');
}
