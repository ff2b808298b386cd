/**
 * Proves that a backup is what was written: every file is read whole and compared with its size and hash, the manifest
 * with its own hash and schema, and pg_restore reads the dump to its end. Any flipped bit is an error that names its file.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { hashFile } from '../disk/durable.ts';
import { recordVerification } from '../disk/store.ts';
import { findProgram } from '../pg/programs.ts';
import { dumpPath, readDump } from './dump.ts';
import { type BackupFile, MANIFEST_FILE, type Manifest, SUMS_FILE } from './manifest.ts';
import { fault, readManifest } from './manifest-read.ts';

export interface VerifyInput {
  /** Absolute path of the folder of backups. */
  readonly dir: string;
  /** A whole id. */
  readonly id: string;
  readonly runtime: Runtime;
}

export interface Verified {
  readonly id: string;
  /** Null when it cannot be read. */
  readonly manifest: Manifest | null;
  /** Errors: what is wrong. Warnings: what does not belong. */
  readonly findings: readonly Finding[];
}

/**
 * The result is also written to the folder's journal, where `backup list` finds it. Throws PROGRAM_MISSING or
 * PROGRAM_TOO_OLD when no pg_restore here can read the dump, BACKUP_INTERRUPTED on Ctrl-C.
 */
export async function verifyBackup(input: VerifyInput): Promise<Verified> {
  const { dir, id, runtime } = input;
  const { manifest, findings } = await readManifest(dir, id);
  const all = manifest === null ? findings : [...findings, ...(await checkFiles(input, manifest))];
  const first = all.find((found) => found.level === 'error');
  const at = runtime.now().toISOString();
  // A folder that may not be written can be verified all the same.
  await recordVerification(dir, {
    id,
    at,
    ok: !first,
    ...(first ? { fault: `${first.subject}: ${first.message}` } : {}),
  }).catch(() => undefined);
  return { id, manifest, findings: all };
}

async function checkFiles(input: VerifyInput, manifest: Manifest): Promise<readonly Finding[]> {
  const { dir, id, runtime } = input;
  const total = manifest.files.reduce((sum, file) => sum + file.size, 0);
  const task = { id: `verify-${id}`, title: `Verify ${id}` };
  return await withTask(runtime, task, async () => {
    const findings: Finding[] = [];
    let done = 0;
    for (const file of manifest.files) {
      stopIfAborted(runtime);
      findings.push(...(await checkFile(input, file)));
      done += file.size;
      runtime.emit({ kind: 'progress', task: task.id, done, total, unit: 'bytes' });
    }
    findings.push(...(await strangers(dir, id, manifest)));
    if (!findings.some((found) => found.level === 'error')) findings.push(...(await checkDump(input, manifest)));
    return findings;
  });
}

async function checkFile({ dir, id, runtime }: VerifyInput, file: BackupFile): Promise<readonly Finding[]> {
  const path = join(dir, id, file.path);
  const found = await stat(path).catch((thrown: NodeJS.ErrnoException) => thrown);
  if (found instanceof Error) {
    const gone = found.code === 'ENOENT' || found.code === 'ENOTDIR';
    return [fault(id, file.path, gone ? 'missing' : 'unreadable', gone ? 'the file is missing' : found.message)];
  }
  if (found.size !== file.size) {
    return [fault(id, file.path, 'size', `${found.size} bytes instead of ${file.size}`)];
  }
  try {
    const { sha256 } = await hashFile(path, runtime.signal);
    return sha256 === file.sha256 ? [] : [fault(id, file.path, 'changed', 'its bytes are not those that were written')];
  } catch (thrown) {
    stopIfAborted(runtime);
    return [fault(id, file.path, 'unreadable', `it cannot be read: ${(thrown as Error).message}`)];
  }
}

/** pg_restore must be at least as new as the pg_dump that wrote the archive. */
async function checkDump({ dir, id, runtime }: VerifyInput, manifest: Manifest): Promise<readonly Finding[]> {
  const path = dumpPath(manifest.dump.format);
  const pgRestore = await findProgram('pg_restore', Number.parseInt(manifest.pg_dump, 10), runtime.env);
  try {
    await readDump(pgRestore, join(dir, id, path), { env: runtime.env }, runtime.signal);
    return [];
  } catch (thrown) {
    stopIfAborted(runtime);
    if (!(thrown instanceof ToolError) || thrown.code !== 'PROGRAM_FAILED') throw thrown;
    return [fault(id, path, 'unreadable', `pg_restore cannot read it: ${thrown.more.detail ?? thrown.message}`)];
  }
}

/** Files that the manifest does not know: harmless to a restore, but somebody wrote them. */
async function strangers(dir: string, id: string, manifest: Manifest): Promise<readonly Finding[]> {
  const known = new Set([MANIFEST_FILE, SUMS_FILE, ...manifest.files.map((file) => file.path)]);
  const entries = await readdir(join(dir, id), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(join(dir, id).length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !known.has(path))
    .sort()
    .map((path) =>
      finding({
        code: 'backup/unknown-file',
        level: 'warning',
        subject: `${id}/${path}`,
        message: 'this file is not part of the backup',
      }),
    );
}

function stopIfAborted({ signal }: Runtime): void {
  if (!signal.aborted) return;
  throw new ToolError('BACKUP_INTERRUPTED', 'the verification was interrupted', { detail: 'the backup is untouched' });
}
