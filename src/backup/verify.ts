/**
 * Proves that a backup is what was written: every file is read whole and compared with its size and hash, the manifest
 * with its own hash and schema. Any flipped bit is an error that names its file, whatever the compression, and no key is
 * needed: the hashes are those of the encrypted bytes.
 *
 * That pg_restore can read the dump was proved while it was taken, and the same bytes say the same again. With `content`
 * it reads them once more, which takes several times as long, and finds what a forger left who renewed the hashes.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import { parseSnapshot } from '../catalog/snapshot.ts';
import { hashFile } from '../disk/durable.ts';
import { readVerifications, recordVerification } from '../disk/store.ts';
import { findProgram } from '../pg/programs.ts';
import { dumpPath, readDump } from './dump.ts';
import { type BackupFile, MANIFEST_FILE, type ManifestHead, SUMS_FILE } from './manifest.ts';
import { fault, readManifest, rewritten } from './manifest-read.ts';
import { openBackup } from './open.ts';

export interface VerifyInput {
  /** Absolute path of the folder of backups. */
  readonly dir: string;
  /** A whole id. */
  readonly id: string;
  /** True: pg_restore reads the dump to its end, too. Default false. */
  readonly content?: boolean;
  /** Path of the file of private keys: for the content of an encrypted backup. */
  readonly identity?: string | undefined;
  readonly runtime: Runtime;
}

export interface Verified {
  readonly id: string;
  /** Null when it cannot be read. */
  readonly manifest: ManifestHead | null;
  /** Errors: what is wrong. Warnings: what does not belong. */
  readonly findings: readonly Finding[];
}

/**
 * The result is also written to the folder's journal, where `backup list` finds it. Throws BACKUP_INTERRUPTED on Ctrl-C;
 * for the content BACKUP_IDENTITY, and PROGRAM_MISSING or PROGRAM_TOO_OLD when no pg_restore here can read the dump.
 */
export async function verifyBackup(input: VerifyInput): Promise<Verified> {
  const { dir, id, runtime } = input;
  const known = (await readVerifications(dir)).get(id)?.manifest_sha256;
  const read = await readManifest(dir, id);
  const { manifest } = read;
  const files = manifest === null ? [] : await checkFiles(input, manifest);
  const all = [...read.findings, ...rewritten(id, read, known), ...files];
  const first = all.find((found) => found.level === 'error');
  const at = runtime.now().toISOString();
  const hash = known ?? read.sha256;
  const verdict = {
    id,
    at,
    ok: !first,
    ...(first ? { fault: `${first.subject}: ${first.message}` } : {}),
    ...(hash === null ? {} : { manifest_sha256: hash }),
  };
  const unrecorded = await recordVerification(dir, verdict).then(
    () => [],
    // A folder that may not be written can be verified all the same; only a bad end must not be forgotten silently.
    (thrown: unknown) => (first ? [forgotten(id, messageOf(thrown))] : []),
  );
  return { id, manifest, findings: [...all, ...unrecorded] };
}

function forgotten(id: string, reason: string): Finding {
  return finding({
    code: 'backup/unrecorded',
    level: 'warning',
    subject: id,
    message: `this could not be written down (${reason}): backup list may call the backup good`,
  });
}

async function checkFiles(input: VerifyInput, manifest: ManifestHead): Promise<readonly Finding[]> {
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
    const whole = !findings.some((found) => found.level === 'error');
    if (whole && input.content === true) findings.push(...(await checkContent(input, manifest)));
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
async function checkContent(
  { dir, id, identity, runtime }: VerifyInput,
  head: ManifestHead,
): Promise<readonly Finding[]> {
  const { env, signal } = runtime;
  const pgRestore = await findProgram('pg_restore', Number.parseInt(head.pg_dump, 10), env);
  try {
    const { text, withDump } = await openBackup({ dir, head, identity });
    await text('globals');
    parseSnapshot(await text('snapshot'), `${id}/snapshot.json`);
    await withDump((source) => readDump(pgRestore, source, { env }, signal));
    return [];
  } catch (thrown) {
    stopIfAborted(runtime);
    return [contentFault(thrown, id, dumpPath(head.dump.format))];
  }
}

/** Throws again what the backup is not to blame for. */
function contentFault(thrown: unknown, id: string, dump: string): Finding {
  if (!(thrown instanceof ToolError)) throw thrown;
  const words = thrown.more.detail ?? thrown.message;
  if (thrown.code === 'PROGRAM_FAILED') return fault(id, dump, 'unreadable', `pg_restore cannot read it: ${words}`);
  if (thrown.code === 'BACKUP_DAMAGED') return fault(id, '', 'unreadable', words);
  if (thrown.code === 'SNAPSHOT_INVALID') return fault(id, 'snapshot.json', 'unreadable', thrown.message);
  throw thrown;
}

/** Files that the manifest does not know: harmless to a restore, but somebody wrote them. */
async function strangers(dir: string, id: string, manifest: ManifestHead): Promise<readonly Finding[]> {
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
