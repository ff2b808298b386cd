/**
 * Takes a logical backup. One repeatable-read transaction exports its snapshot; pg_dump dumps that snapshot, and while
 * it does, the same transaction counts and hashes every table, so the numbers in the manifest are exactly those of the
 * dump. A backup exists from the moment its folder loses the ending `.partial`, and not before everything in it was
 * read back from the disk.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import type { Target } from '../base/target.ts';
import { writeDurably } from '../disk/durable.ts';
import { withFolderLock } from '../disk/folder-lock.ts';
import {
  commitPartial,
  makePartial,
  newId,
  recordVerification,
  removeLeftovers,
  removePartial,
} from '../disk/store.ts';
import { majorOf, type Session, withSession } from '../pg/pool.ts';
import type { SearchOptions } from '../pg/program-search.ts';
import { findProgram, type Program } from '../pg/programs.ts';
import { withTransaction } from '../pg/transaction.ts';
import { checkRecipients } from './age.ts';
import { readAuditHead } from './audit.ts';
import { cancelledBy } from './cancel.ts';
import { type Compression, compressArgument, parseCompression } from './compression.ts';
import { readContents, STABLE_TEXT } from './contents.ts';
import { dumpDatabase } from './dump.ts';
import { type DatabaseState, readState, refuseFilteredRole } from './facts.ts';
import { backupFault } from './fault.ts';
import { type Writing, writeFile } from './file-writer.ts';
import { dumpGlobals } from './globals.ts';
import { lockDatabase } from './lock.ts';
import {
  type AuditHead,
  type BackupFile,
  backupRows,
  backupSize,
  type Contents,
  MANIFEST_FILE,
  type Manifest,
  type ManifestHead,
  manifestText,
  partedManifest,
  SUMS_FILE,
  sumsText,
} from './manifest.ts';
import { manifestOf } from './manifest-make.ts';
import { progressReporter } from './progress.ts';
import type { Script } from './script.ts';
import { together } from './streams.ts';

export interface BackupInput {
  readonly target: Target;
  /** Absolute path of the folder of backups; made when it is missing. */
  readonly dir: string;
  readonly format: 'custom' | 'directory';
  /** Workers of pg_dump, directory format only. */
  readonly jobs: number;
  /** `gzip`, `zstd:9`, `lz4`, `none`. Default gzip. */
  readonly compress?: string;
  /** Public keys of age that everything but the manifest's head is encrypted to. Default: none, nothing is encrypted. */
  readonly recipients?: readonly string[];
  /** True: globals.sql holds the hashes of the roles' passwords; only a superuser may read them. Default false. */
  readonly rolePasswords?: boolean;
  /** False: rows are only counted. Default true. */
  readonly checksums?: boolean;
  /** Milliseconds to wait for a table that someone has locked. Default 60,000. */
  readonly lockWait?: number;
  /** Returns the end of the project's audit log. Default: none. */
  readonly auditHead?: Script | null;
  /** Version of the newest applied migration, read inside the backup's own transaction. Default: null. */
  readonly schemaVersion?: (session: Session) => Promise<string | null>;
  /** Where the programs are looked for besides STRATA_PG_BIN and PATH. Default: the usual folders. */
  readonly search?: SearchOptions;
  readonly runtime: Runtime;
}

export interface Backup {
  readonly id: string;
  /** Absolute path of its folder. */
  readonly path: string;
  readonly manifest: Manifest;
}

interface Programs {
  readonly pgDump: Program;
  readonly pgDumpall: Program;
  readonly pgRestore: Program;
}

/** One backup in the making. */
interface Job extends BackupInput, Programs {
  readonly id: string;
  readonly folder: string;
  readonly startedAt: Date;
  readonly compression: Compression;
  readonly recipients: readonly string[];
  readonly rolePasswords: boolean;
}

/**
 * Throws BACKUP_FAILED (nothing of it is left), BACKUP_INTERRUPTED, BACKUP_LOCKED, BACKUP_ROLE_FILTERED, CONFIG_INVALID,
 * PROGRAM_MISSING, PROGRAM_TOO_OLD or CONNECT_FAILED.
 */
export async function createBackup(input: BackupInput): Promise<Backup> {
  const { runtime, target, dir } = input;
  const task = { id: 'backup', title: `Back up ${target.database}` };
  try {
    return await withTask(
      runtime,
      task,
      () => withSession(target, (session) => lockedBackup(session, input)),
      describe,
    );
  } catch (thrown) {
    throw await backupFault(thrown, dir, runtime.signal);
  }
}

async function lockedBackup(session: Session, input: BackupInput): Promise<Backup> {
  const { runtime, dir, compress = 'gzip', recipients = [], rolePasswords = false } = input;
  await checkRecipients(recipients);
  const programs = await findPrograms(majorOf(session), runtime, input.search);
  const compression = parseCompression(compress);
  compressArgument(compression, programs.pgDump);
  const chosen = { ...programs, compression, recipients, rolePasswords };
  return await withFolderLock({ dir, command: 'strata backup create', runtime }, async () => {
    await removeLeftovers(dir);
    const startedAt = runtime.now();
    const id = newId(startedAt, runtime.random);
    try {
      const folder = await makePartial(dir, id);
      const manifest = await fill(session, { ...input, ...chosen, id, folder, startedAt });
      // Before it is a backup: a line about none does no harm, a backup that a full disk left without its line would.
      const hash = sha256(await readFile(join(folder, MANIFEST_FILE)));
      await recordVerification(dir, { id, at: manifest.finished_at, ok: true, manifest_sha256: hash });
      const path = await commitPartial(dir, id);
      return { id, path, manifest };
    } catch (thrown) {
      await removePartial(dir, id);
      throw thrown;
    }
  });
}

async function findPrograms(major: number, { env }: Runtime, search?: SearchOptions): Promise<Programs> {
  const pgDump = await findProgram('pg_dump', major, env, search);
  return {
    pgDump,
    pgDumpall: await findProgram('pg_dumpall', major, env, search),
    pgRestore: await findProgram('pg_restore', pgDump.major, env, search),
  };
}

async function fill(session: Session, job: Job): Promise<Manifest> {
  const taken = await withTransaction(session, (s) => dumpAndCount(s, job), {
    isolation: 'repeatable read',
    readOnly: true,
  });
  const { folder, recipients, runtime } = job;
  const writing = { folder, recipients, signal: runtime.signal };
  const files = [
    ...taken.dump,
    await writeFile(writing, { path: 'globals.sql', role: 'globals' }, taken.globals),
    await writeFile(writing, { path: 'snapshot.json', role: 'snapshot' }, taken.state.snapshotFile),
  ];
  const manifest = manifestOf(job, taken, files);
  return recipients.length === 0 ? await seal(folder, manifest, manifest) : await hideDetails(writing, manifest);
}

/** The details go into a file of their own, so that the manifest that lies open has only its head. */
async function hideDetails(writing: Writing, manifest: Manifest): Promise<Manifest> {
  const { details } = partedManifest(manifest);
  const file = await writeFile(writing, { path: 'details.json', role: 'details' }, JSON.stringify(details, null, 2));
  const whole = { ...manifest, files: [...manifest.files, file] };
  return await seal(writing.folder, whole, partedManifest(whole).head);
}

/** The manifest last: with it the folder is whole. */
async function seal(folder: string, manifest: Manifest, shown: ManifestHead): Promise<Manifest> {
  const text = manifestText(shown);
  const sums = sumsText([...manifest.files, { path: MANIFEST_FILE, sha256: sha256(text) }]);
  await writeDurably(join(folder, SUMS_FILE), sums);
  await writeDurably(join(folder, MANIFEST_FILE), text);
  return manifest;
}

interface Taken {
  readonly state: DatabaseState;
  /** As text: why it is not known. */
  readonly audit: AuditHead | string | undefined;
  readonly dump: readonly BackupFile[];
  readonly contents: Contents;
  readonly globals: string;
}

async function dumpAndCount(session: Session, job: Job): Promise<Taken> {
  const { runtime, target, checksums = true, lockWait = 60_000 } = job;
  await lockDatabase(session);
  await session.batch(`${STABLE_TEXT}; SET LOCAL lock_timeout = ${lockWait}`);
  await refuseFilteredRole(session);
  const [exported] = await session.query<{ name: string }>('SELECT pg_export_snapshot() AS name');
  const state = await cancelledBy(runtime.signal, session, () => readState(session, job.schemaVersion));
  const audit = await cancelledBy(runtime.signal, session, () => auditOf(session, job.auditHead));
  const dump = {
    ...job,
    lockWait,
    env: runtime.env,
    snapshot: exported?.name ?? '',
    encoding: state.facts.database.encoding,
    compress: compressArgument(job.compression, job.pgDump),
  };
  const onBytes = await progressReporter('backup', job);
  const [files, contents, globals] = await together<[readonly BackupFile[], Contents, string]>(runtime.signal, [
    (signal) => dumpDatabase({ ...dump, onBytes }, signal),
    (signal) =>
      cancelledBy(signal, session, () => readContents(session, { hashing: checksums ? 'bytes' : 'none', signal })),
    (signal) => dumpGlobals(job.pgDumpall, target, { env: runtime.env, signal, passwords: job.rolePasswords }),
  ]);
  return { state, audit, dump: files, contents, globals };
}

/** What is wrong with the script is a warning: a backup without the head is better than none. */
async function auditOf(session: Session, script: Script | null = null): Promise<Taken['audit']> {
  if (script === null) return undefined;
  try {
    return await readAuditHead(session, script);
  } catch (thrown) {
    if (!(thrown instanceof ToolError)) throw thrown;
    return `the end of the audit log is not recorded: ${thrown.message}`;
  }
}

function describe({ id, manifest }: Backup): string {
  const mib = (backupSize(manifest) / 1024 / 1024).toFixed(1);
  return `${id}: ${manifest.contents.tables.length} tables, ${backupRows(manifest)} rows, ${mib} MiB`;
}
