/** Migrations of the project replayed on a scratch database: what `drift`, `plan --rehearse`, `squash` and `check` stand on. */
import { ToolError } from '../base/errors.ts';
import type { History } from '../migrate/history.ts';
import type { CompiledMigration, MigrationFile } from '../migrate/model.ts';
import { ReplayFailure, replay } from '../migrate/replay.ts';
import { squashedVersions } from '../migrate/squashed.ts';
import type { Session } from '../pg/pool.ts';
import type { Context } from './command.ts';
import type { Project } from './project.ts';

/** Runs the up of each. Throws a ReplayFailure for the first that does not run. */
export async function replayUp(
  { runtime }: Context,
  session: Session,
  project: Project,
  migrations: readonly CompiledMigration[],
): Promise<void> {
  const compile = { ...project.folder, all: project.files };
  for (const migration of migrations) {
    runtime.signal.throwIfAborted();
    await replay(session, migration, 'up', { compile }).catch((thrown: unknown) => {
      throw thrown instanceof ReplayFailure ? new NotReplayed(migration, thrown) : thrown;
    });
  }
}

/** A ReplayFailure, and of which migration. */
export class NotReplayed extends Error {
  override readonly name = 'NotReplayed';
  readonly migration: CompiledMigration;
  readonly failure: ReplayFailure;

  constructor(migration: CompiledMigration, failure: ReplayFailure) {
    super(failure.message, { cause: failure });
    this.migration = migration;
    this.failure = failure;
  }
}

/** As an error for people; `hint` says what that means for who asked. */
export function replayError({ migration, failure }: NotReplayed, hint: string): ToolError {
  const { file, line, column } = failure.place;
  return new ToolError(
    'MIGRATION_FAILED',
    `${migration.file.name} does not run on a scratch database: ${failure.message}`,
    {
      detail: [`${file}:${line}:${column}`, failure.detail].filter((text) => text !== '').join('\n'),
      hint,
      cause: failure,
    },
  );
}

/** The applied ones, compiled, in the order of application. Throws MIGRATION_MISSING when the file of one is gone. */
export async function appliedMigrations(project: Project, { applied }: History): Promise<readonly CompiledMigration[]> {
  const files = new Map(project.files.map((file) => [file.version, file]));
  const squashed = squashedVersions(project.files);
  const gone = applied.filter(({ version }) => !files.has(version) && !squashed.has(version)).map(({ name }) => name);
  if (gone.length > 0) {
    throw new ToolError('MIGRATION_MISSING', `the file of applied migration ${gone.slice(0, 5).join(', ')} is gone`, {
      detail: 'without it nobody can say what the database should be',
      hint: `Bring it back from version control: git log --diff-filter=D --name-only -- '*${gone[0]}.*'`,
    });
  }
  return compiledFiles(
    project,
    applied.flatMap(({ version }) => files.get(version) ?? []),
  );
}

export async function compiledFiles(
  project: Project,
  files: readonly MigrationFile[],
): Promise<readonly CompiledMigration[]> {
  const compiled = await project.compiler(files);
  return files.flatMap((file) => compiled.get(file.version) ?? []);
}
