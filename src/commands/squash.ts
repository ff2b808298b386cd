/**
 * `strata squash --to V`: one baseline in place of all migrations up to V. What it holds is what pg_dump says of a scratch
 * database on which they have run, rows that they made included, and their statements about roles, which no dump has. It is
 * written only when a second scratch database proves that it gives the same catalog and rows, and its down the same as before.
 */
import { ToolError } from '../base/errors.ts';
import { type Finding, type Outcome, outcome } from '../base/finding.ts';
import { withTask } from '../base/runtime.ts';
import {
  type BaselineParts,
  baselineSource,
  DUMP_ARGUMENTS,
  dropStatements,
  dumpStatements,
  roleStatements,
  undoStatements,
} from '../migrate/baseline-file.ts';
import { rawChecksum } from '../migrate/checksum.ts';
import { compileMigrations } from '../migrate/compile.ts';
import type { CompiledMigration, MigrationFile } from '../migrate/model.ts';
import { squashedIn, standsFor } from '../migrate/squashed.ts';
import { compareVersions } from '../migrate/version.ts';
import { majorOf } from '../pg/pool.ts';
import { findProgram, runProgram } from '../pg/programs.ts';
import type { Context, Options } from './command.ts';
import { loadProject, type Project } from './project.ts';
import { compiledFiles, NotReplayed, replayError, replayUp } from './replayed.ts';
import { withScratchSession } from './scratch.ts';
import { type Content, contentDifferences, contentOf, prove, rewritten } from './squash-proof.ts';
import { carried, irreversible, type SquashData, squashView, writeBaseline, written } from './squash-told.ts';

export async function run(context: Context, options: Options): Promise<Outcome<SquashData>> {
  const project = loadProject(context);
  const { files, rest } = chosen(project, options.to);
  const migrations = await compiledFiles(project, files);
  const made = await withTask(context.runtime, { id: 'squash', title: `squash of ${files.length} migrations` }, () =>
    makeBaseline(context, project, migrations),
  );
  await refuseChanged(project, made.file, rest);
  const removed = [...files.flatMap(filesOf), ...orphans(files, rest)];
  const written = options.dryRun !== true;
  if (written) writeBaseline(context, made.file, removed);
  const data: SquashData = {
    file: made.file.file,
    squashed: files.map(({ name }) => name),
    removed,
    statements: made.statements,
    rows: Object.fromEntries(
      made.content.rows.filter(([, { count }]) => count > 0).map(([table, { count }]) => [table, count]),
    ),
    reversible: made.reversible,
    written,
  };
  return outcome(data, squashView(data), [...made.findings, ...carried(data)]);
}

/** Throws USAGE without --to, MIGRATION_UNKNOWN, and SQUASH_REFUSED for fewer than two. */
function chosen(
  { files }: Project,
  to: unknown,
): { readonly files: readonly MigrationFile[]; readonly rest: readonly MigrationFile[] } {
  if (typeof to !== 'string') {
    throw new ToolError('USAGE', 'squash needs the last version to squash', {
      hint: `For example: strata squash --to ${files.at(-1)?.version ?? '042'}`,
    });
  }
  const at = files.findIndex(({ version }) => compareVersions(version, to) === 0);
  if (at < 0) throw new ToolError('MIGRATION_UNKNOWN', `there is no migration ${to}`, { hint: 'See: strata status' });
  if (at === 0)
    throw new ToolError('SQUASH_REFUSED', `${files[0]?.name} is the only migration up to ${to}`, {
      hint: 'There is nothing to squash.',
    });
  return { files: files.slice(0, at + 1), rest: files.slice(at + 1) };
}

interface Made {
  readonly file: MigrationFile;
  readonly statements: number;
  readonly content: Content;
  readonly reversible: boolean;
  readonly findings: readonly Finding[];
}

async function makeBaseline(
  context: Context,
  project: Project,
  migrations: readonly CompiledMigration[],
): Promise<Made> {
  const { content, statements } = await dumped(context, project, migrations);
  const roles = roleStatements(migrations).map(({ sql }) => sql);
  const parts: BaselineParts = {
    squashed: standsFor(migrations.map(({ file }) => file)),
    roles,
    statements,
    down: null,
  };
  const made = { statements: statements.length + roles.length, content };
  const downs = [dropStatements(content.snapshot), undoStatements(migrations)];
  let otherwise: readonly string[] = [];
  let left: readonly string[] = ['none of the squashed migrations says how'];
  for (const down of downs) {
    if (down === null) continue;
    const file = baselineFile(context, migrations, { ...parts, down });
    const proof = await prove(context, project, file);
    refuseOther(contentDifferences(content, proof.up));
    otherwise = rewritten(content, proof.up);
    left = proof.left;
    if (left.length === 0) return { ...made, file, reversible: true, findings: written(file, otherwise) };
  }
  const file = baselineFile(context, migrations, parts);
  return { ...made, file, reversible: false, findings: [...written(file, otherwise), irreversible(file, left)] };
}

async function dumped(
  context: Context,
  project: Project,
  migrations: readonly CompiledMigration[],
): Promise<{ readonly content: Content; readonly statements: readonly string[] }> {
  const { runtime } = context;
  return withScratchSession(context, async (session) => {
    const pgDump = await findProgram('pg_dump', majorOf(session), runtime.env);
    await replayUp(context, session, project, migrations).catch((thrown: unknown) => {
      throw thrown instanceof NotReplayed ? replayError(thrown, 'Nothing was written. See: strata cycle') : thrown;
    });
    const content = await contentOf(session);
    const { stdout } = await runProgram(pgDump, DUMP_ARGUMENTS, session.target, {
      env: runtime.env,
      signal: runtime.signal,
    });
    return { content, statements: dumpStatements(stdout, session.target.user) };
  });
}

function baselineFile(
  { config }: Context,
  migrations: readonly CompiledMigration[],
  parts: BaselineParts,
): MigrationFile {
  const last = migrations.at(-1)?.file;
  if (!last) throw new ToolError('BUG', 'a baseline of nothing');
  const name = `${last.version}_baseline`;
  const source = baselineSource(parts);
  const folder = config.migrations.replaceAll('\\', '/').replace(/\/+$/, '');
  return {
    version: last.version,
    name,
    description: 'baseline',
    file: `${folder}/${name}.sql`,
    language: 'sql',
    source,
    parts: [],
    squashed: squashedIn(source),
    checksum: rawChecksum(source),
  };
}

function refuseOther(differences: readonly string[]): void {
  if (differences.length === 0) return;
  throw new ToolError('SQUASH_REFUSED', 'one migration cannot be made that gives the same', {
    detail: differences.slice(0, 20).join('\n'),
    hint: 'Squash up to the version before the one that makes this object, or report what pg_dump cannot say of it. Nothing was written.',
  });
}

/** Later files must mean what they meant: they may use shorthands or modules of those that go. */
async function refuseChanged(project: Project, file: MigrationFile, rest: readonly MigrationFile[]): Promise<void> {
  if (rest.length === 0) return;
  const before = await project.compiler(rest);
  const text = (one: CompiledMigration | undefined): string => JSON.stringify([one?.up, one?.down]);
  const after = await compileMigrations(rest, { ...project.folder, all: [file, ...rest] });
  const other = after.find((one) => text(one) !== text(before.get(one.file.version)));
  if (!other) return;
  throw new ToolError(
    'SQUASH_REFUSED',
    `${other.file.name} would mean something else without the squashed migrations`,
    {
      detail: `${other.file.file} uses shorthands that a squashed migration exports`,
      hint: 'Put the shorthands into a module of their own that both import. Nothing was written.',
    },
  );
}

function filesOf({ file, downFile }: MigrationFile): readonly string[] {
  return downFile ? [file, downFile.file] : [file];
}

/** Parts that only squashed migrations refer to. */
function orphans(files: readonly MigrationFile[], rest: readonly MigrationFile[]): readonly string[] {
  const needed = new Set(rest.flatMap(({ parts }) => parts.map(({ file }) => file)));
  const all = files.flatMap(({ parts }) => parts.map(({ file }) => file));
  return [...new Set(all)].filter((file) => !needed.has(file)).sort();
}
