/** Compiled migrations as lint and plan judge them. */
import { statementsOf } from '../base/plan.ts';
import type { Subject } from '../lint/subject.ts';
import type { CompiledMigration } from '../migrate/model.ts';

export function subjectOf({ file, up, down }: CompiledMigration): Subject {
  const sources = [file, ...(file.downFile ? [file.downFile] : []), ...file.parts];
  return { name: file.name, file: file.file, up, down, sources: new Map(sources.map((one) => [one.file, one.source])) };
}

/** All statements as one text: which tables are mentioned at all. */
export function sqlOf(migrations: readonly CompiledMigration[]): string {
  return migrations
    .flatMap(({ up, down }) => [up, down])
    .flatMap((script) => statementsOf(script).map(({ sql }) => sql))
    .join('\n');
}
