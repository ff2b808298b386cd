/**
 * Programs that read the files of a cluster (pg_waldump, pg_verifybackup, pg_combinebackup) must be of its own major
 * version: the formats differ, and unlike client programs a newer one does not know the older.
 */
import { ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { installHint } from '../pg/program-install.ts';
import { findPrograms, type Program, type ProgramName } from '../pg/programs.ts';

/** Throws PROGRAM_MISSING with the command that installs it. */
export async function exactProgram(name: ProgramName, major: number, { env }: Runtime): Promise<Program> {
  const found = await findPrograms(name, env);
  const chosen = found.find((program) => program.major === major);
  if (chosen) return chosen;
  throw new ToolError('PROGRAM_MISSING', `${name} of PostgreSQL ${major} is not installed`, {
    detail: found.map(({ path, version }) => `found: ${path}, version ${version}`).join('\n') || undefined,
    hint: installHint('server', major),
  });
}
