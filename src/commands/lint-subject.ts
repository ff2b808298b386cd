/** Compiled migrations as lint and plan judge them. */
import type { Subject } from '../lint/subject.ts';
import type { CompiledMigration } from '../migrate/model.ts';

export function subjectOf({ file, up, down }: CompiledMigration): Subject {
  const sources = [file, ...(file.downFile ? [file.downFile] : []), ...file.parts];
  return { name: file.name, file: file.file, up, down, sources: new Map(sources.map((one) => [one.file, one.source])) };
}

/** All statements as one text: which tables are mentioned at all. */
export function statementsOf(migrations: readonly CompiledMigration[]): string {
  return migrations
    .flatMap(({ up, down }) => [up, down])
    .flatMap((script) => (script.kind === 'statements' ? script.statements.map(({ sql }) => sql) : []))
    .join('\n');
}
