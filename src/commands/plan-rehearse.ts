/**
 * `plan --rehearse`: the migrations of a plan run on a scratch copy, and what the server measured held against what the
 * rules foretold. The copy is made of the files up to what is applied, or of a backup brought to the same state; never of the
 * live database, which is only read.
 */
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Direction, Statement } from '../base/plan.ts';
import { withTask } from '../base/runtime.ts';
import type { Target } from '../base/target.ts';
import { loadConfig } from '../config/load.ts';
import { type History, readHistory } from '../migrate/history.ts';
import type { Measured } from '../migrate/measure.ts';
import type { CompiledMigration } from '../migrate/model.ts';
import { rehearse } from '../migrate/rehearse.ts';
import { ReplayFailure } from '../migrate/replay.ts';
import { type Session, withSession } from '../pg/pool.ts';
import type { Context } from './command.ts';
import type { LockNote } from './lock-note.ts';
import { differences } from './plan-compare.ts';
import type { Project } from './project.ts';
import { appliedMigrations, NotReplayed, replayError, replayUp } from './replayed.ts';
import { withScratchSession } from './scratch.ts';
import { backupId, restoreInto } from './scratch-backup.ts';

export interface Rehearsal {
  readonly measured: ReadonlyMap<Statement, Measured>;
  readonly findings: readonly Finding[];
  /** `rehearsal` of `plan --json`. */
  readonly data: {
    readonly source: 'files' | 'backup';
    /** Id of the backup. */
    readonly backup: string | null;
    /** Migrations that ran on the copy before the rehearsal, from files. */
    readonly replayed: number;
    readonly statements: number;
    /** Name of the migration that did not run; those behind it were not rehearsed. */
    readonly failed: string | null;
  };
}

export interface RehearseInput {
  readonly history: History;
  /** In the order of the plan. */
  readonly migrations: readonly CompiledMigration[];
  readonly direction: Direction;
  readonly locks: ReadonlyMap<Statement, readonly LockNote[]>;
  /** Id of a backup, or `latest`. Default: the copy is made of the files. */
  readonly backup?: string | undefined;
  /** Connection URL of another server to rehearse on. */
  readonly on?: string | undefined;
}

export async function rehearsePlan(context: Context, project: Project, input: RehearseInput): Promise<Rehearsal> {
  const here = input.on === undefined ? context : await elsewhere(context, input.on);
  const backup = input.backup === undefined ? null : await backupId(here, input.backup);
  const fill = backup === null ? undefined : (target: Target) => restoreInto(here, backup, target);
  const title = `rehearsal of ${input.migrations.length} migrations`;
  return withTask(context.runtime, { id: 'rehearse', title }, () =>
    withScratchSession(
      here,
      async (session) => {
        const replayed = await bringUp(here, session, project, { ...input, backup });
        const told = await measureAll(here, session, project, input);
        const { measured, findings, failed } = told;
        const source = backup === null ? 'files' : 'backup';
        return { measured, findings, data: { source, backup, replayed, statements: measured.size, failed } } as const;
      },
      fill,
    ),
  );
}

async function elsewhere({ config, runtime }: Context, databaseUrl: string): Promise<Context> {
  const file = config.file ?? undefined;
  const loaded = await loadConfig({ root: config.root, env: runtime.env, file, databaseUrl, overrides: {} });
  return { config: { ...config, target: loaded.config.target }, runtime };
}

const BROKEN =
  'The live database was only read. The copy is made of the files: see strata cycle. Or of a backup: --from-backup latest';

/** Brings the copy to what is applied on the live database; gives how many migrations that took. */
async function bringUp(
  context: Context,
  session: Session,
  project: Project,
  { history, backup }: Pick<RehearseInput, 'history'> & { readonly backup: string | null },
): Promise<number> {
  const applied = await appliedMigrations(project, history);
  const has = backup === null ? [] : (await readHistory(session, context.config.history)).applied;
  const versions = new Set(history.applied.map(({ version }) => version));
  const ahead = has.filter(({ version }) => !versions.has(version));
  if (ahead.length > 0) {
    throw new ToolError('USAGE', `backup ${backup} has migrations that the database has not`, {
      detail: ahead.map(({ name }) => name).join(', '),
      hint: 'Choose an older backup: strata backup list',
    });
  }
  const there = new Set(has.map(({ version }) => version));
  const missing = applied.filter(({ file }) => !there.has(file.version));
  await replayUp(context, session, project, missing).catch((thrown: unknown) => {
    throw thrown instanceof NotReplayed ? replayError(thrown, BROKEN) : thrown;
  });
  return missing.length;
}

interface MeasuredAll {
  readonly measured: ReadonlyMap<Statement, Measured>;
  readonly findings: readonly Finding[];
  readonly failed: string | null;
}

async function measureAll(
  { runtime }: Context,
  session: Session,
  project: Project,
  { migrations, direction, locks }: RehearseInput,
): Promise<MeasuredAll> {
  const measured = new Map<Statement, Measured>();
  const findings: Finding[] = [];
  return withSession(session.target, async (watcher) => {
    const compile = { ...project.folder, all: project.files };
    for (const [index, migration] of migrations.entries()) {
      const { name } = migration.file;
      runtime.signal.throwIfAborted();
      runtime.emit({
        kind: 'progress',
        task: 'rehearse',
        done: index,
        total: migrations.length,
        unit: 'migrations',
        text: name,
      });
      const onMeasured = (statement: Statement, one: Measured): void => {
        measured.set(statement, one);
        findings.push(...differences(name, statement, locks.get(statement) ?? [], one));
      };
      try {
        const options = { compile, watcher, ticks: runtime.ticks, onMeasured };
        if ((await rehearse(session, migration, direction, options)) === 'unmeasured')
          findings.push(...unmeasured(migration, direction));
      } catch (thrown) {
        if (!(thrown instanceof ReplayFailure)) throw thrown;
        return { measured, findings: [...findings, failed(migration, direction, thrown)], failed: name };
      }
    }
    return { measured, findings, failed: null };
  });
}

function unmeasured({ file, ...scripts }: CompiledMigration, direction: Direction): readonly Finding[] {
  if (scripts[direction].kind === 'irreversible') return [];
  return [
    finding({
      code: 'plan/not-measured',
      level: 'note',
      subject: file.name,
      message: `${file.name} runs on the copy; what each statement locks was not measured, since only its own code knows them`,
      place: { file: file.file, line: 1, column: 1 },
      key: 'opaque',
    }),
  ];
}

function failed({ file }: CompiledMigration, direction: Direction, { message, detail, place }: ReplayFailure): Finding {
  return finding({
    code: 'plan/rehearsal-failed',
    level: 'error',
    subject: file.name,
    message: `the ${direction} of ${file.name} does not run on the copy: ${message}`,
    hint: detail === '' ? 'Mend the migration; nothing has run on the live database.' : detail,
    place,
    key: direction,
  });
}
