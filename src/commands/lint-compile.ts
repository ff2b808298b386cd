/** Migrations compiled for lint: one that does not compile is told, and keeps no other from being judged. */
import { type Code, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { CompiledMigration, MigrationFile } from '../migrate/model.ts';
import type { Project } from './project.ts';

export interface Compiled {
  readonly migrations: readonly CompiledMigration[];
  /** One for each file that could not be compiled. */
  readonly faults: readonly Finding[];
}

/** What is wrong with a file; everything else (a missing package, a bug) stops the run. */
const OF_FILES: readonly Code[] = ['MIGRATION_INVALID', 'MIGRATION_THREW', 'PART_INVALID'];

export async function compileForLint(project: Project, files: readonly MigrationFile[]): Promise<Compiled> {
  try {
    const all = await project.compiler(files);
    return { migrations: files.flatMap((file) => all.get(file.version) ?? []), faults: [] };
  } catch (thrown) {
    if (!isOfFile(thrown)) throw thrown;
    return oneByOne(project, files);
  }
}

async function oneByOne(project: Project, files: readonly MigrationFile[]): Promise<Compiled> {
  const migrations: CompiledMigration[] = [];
  const faults: Finding[] = [];
  for (const file of files) {
    try {
      const migration = (await project.compiler([file])).get(file.version);
      if (migration) migrations.push(migration);
    } catch (thrown) {
      if (!isOfFile(thrown)) throw thrown;
      faults.push(notCompiled(file, thrown));
    }
  }
  return { migrations, faults };
}

function isOfFile(thrown: unknown): thrown is ToolError {
  return thrown instanceof ToolError && OF_FILES.includes(thrown.code);
}

function notCompiled(file: MigrationFile, { message, more }: ToolError): Finding {
  const [, path, line, column] = /^(.+?):(\d+)(?::(\d+))?: /.exec(message) ?? [];
  const place = { file: path ?? file.file, line: Number(line ?? 1), column: Number(column ?? 1) };
  const advice = [more.hint ?? `Correct ${place.file}.`, more.detail].filter(Boolean).join('\n');
  return finding({
    code: 'lint/not-compiled',
    level: 'error',
    subject: file.name,
    message: `${file.name} cannot be judged: ${message}`,
    hint: advice,
    place,
  });
}
