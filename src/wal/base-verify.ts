/**
 * Whether a base backup is what the server sent: pg_verifybackup reads every file and compares it with the server's own
 * manifest, then the WAL that it needs. pg_combinebackup does not look: from damaged inputs it makes a damaged directory
 * with a fresh manifest that agrees with it, so every input is verified before.
 */
import { messageOf, ToolError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { recordVerification } from '../disk/store.ts';
import { runProgram } from '../pg/programs.ts';
import { type Archive, baseFolder } from './archive.ts';
import { type Base, dataOf } from './base-manifest.ts';
import { exactProgram } from './programs.ts';

/** What is wrong with the files in `dataDir`; null: nothing. Throws PROGRAM_MISSING, and PROGRAM_FAILED when interrupted. */
export async function verifyData(dataDir: string, major: number, runtime: Runtime): Promise<string | null> {
  const program = await exactProgram('pg_verifybackup', major, runtime);
  // It looks for pg_waldump beside itself.
  try {
    await runProgram(program, ['--quiet', '--exit-on-error', dataDir], null, {
      env: runtime.env,
      signal: runtime.signal,
    });
    return null;
  } catch (thrown) {
    if (!(thrown instanceof ToolError) || thrown.code !== 'PROGRAM_FAILED' || runtime.signal.aborted) throw thrown;
    return thrown.more.detail?.split('\n')[0]?.replace(/^pg_verifybackup: error: /, '') ?? messageOf(thrown);
  }
}

/** Verifies a listed backup and notes the result beside it. */
export async function verifyBase(archive: Archive, base: Base, runtime: Runtime): Promise<string | null> {
  if (base.manifest === null) return base.fault;
  const fault = await verifyData(dataOf(archive, base.id), base.manifest.server.major, runtime);
  const entry = { id: base.id, at: runtime.now().toISOString(), ok: fault === null };
  await recordVerification(baseFolder(archive), fault === null ? entry : { ...entry, fault });
  return fault;
}
