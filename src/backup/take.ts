/**
 * Takes a logical backup. One repeatable-read transaction exports its snapshot; pg_dump dumps that snapshot, and while
 * it does, the same transaction counts and hashes every table, so the numbers in the manifest are exactly those of the
 * dump. A backup exists from the moment its folder loses the ending `.partial`, and not before everything in it was
 * read back from the disk.
 */
import { join } from 'node:path';
import { sha256 } from '../base/canonical.ts';
import { ToolError } from '../base/errors.ts';
import { type Runtime, withTask } from '../base/runtime.ts';
import type { Target } from '../base/target.ts';
import { VERSION } from '../base/version.ts';
import { hashFile, writeDurably } from '../disk/durable.ts';
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
import { cancelledBy } from './cancel.ts';
import { readContents, STABLE_TEXT } from './contents.ts';
import { COMPRESSION, dumpDatabase } from './dump.ts';
import { type DatabaseState, readState, refuseFilteredRole } from './facts.ts';
import { backupFault } from './fault.ts';
import { dumpGlobals } from './globals.ts';
import { lockDatabase } from './lock.ts';
import {
  type BackupFile,
  backupRows,
  backupSize,
  type Contents,
  MANIFEST_FILE,
  type Manifest,
  manifestText,
  SUMS_FILE,
  sumsText,
} from './manifest.ts';
import { progressReporter } from './progress.ts';
import { together } from './streams.ts';

export interface BackupInput {
  readonly target: Target;
  /** Absolute path of the folder of backups; made when it is missing. */
  readonly dir: string;
  readonly format: 'custom' | 'directory';
  /** Workers of pg_dump, directory format only. */
  readonly jobs: number;
  /** False: rows are only counted. Default true. */
  readonly checksums?: boolean;
  /** Milliseconds to wait for a table that someone has locked. Default 60,000. */
  readonly lockWait?: number;
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
}

/**
 * Throws BACKUP_FAILED (nothing of it is left), BACKUP_INTERRUPTED, BACKUP_LOCKED, BACKUP_ROLE_FILTERED,
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
  const { runtime, dir } = input;
  const programs = await findPrograms(majorOf(session), runtime, input.search);
  return await withFolderLock(dir, runtime, async () => {
    await removeLeftovers(dir);
    const startedAt = runtime.now();
    const id = newId(startedAt, runtime.random);
    try {
      const folder = await makePartial(dir, id);
      const manifest = await fill(session, { ...input, ...programs, id, folder, startedAt });
      const path = await commitPartial(dir, id);
      await recordVerification(dir, { id, at: manifest.finished_at, ok: true });
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
  const files = [
    ...taken.dump,
    await writeText(job, 'globals.sql', 'globals', taken.globals),
    await writeText(job, 'snapshot.json', 'snapshot', taken.state.snapshotText),
  ];
  await readBack(job, files);
  const manifest = manifestOf(job, taken, files);
  const text = manifestText(manifest);
  const sums = sumsText([...files, { path: MANIFEST_FILE, sha256: sha256(text) }]);
  await writeDurably(join(job.folder, SUMS_FILE), sums);
  await writeDurably(join(job.folder, MANIFEST_FILE), text);
  return manifest;
}

interface Taken {
  readonly state: DatabaseState;
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
  const dump = {
    ...job,
    lockWait,
    env: runtime.env,
    snapshot: exported?.name ?? '',
    encoding: state.facts.database.encoding,
  };
  const onBytes = await progressReporter('backup', job);
  const [files, contents, globals] = await together<[readonly BackupFile[], Contents, string]>(runtime.signal, [
    (signal) => dumpDatabase({ ...dump, onBytes }, signal),
    (signal) => cancelledBy(signal, session, () => readContents(session, { checksums, signal })),
    (signal) => dumpGlobals(job.pgDumpall, target, { env: runtime.env, signal }),
  ]);
  return { state, dump: files, contents, globals };
}

async function writeText(job: Job, path: string, role: BackupFile['role'], text: string): Promise<BackupFile> {
  await writeDurably(join(job.folder, path), text);
  return { path, role, size: Buffer.byteLength(text), sha256: sha256(text) };
}

/** What lies on the disk must be what was meant to be written. */
async function readBack(job: Job, files: readonly BackupFile[]): Promise<void> {
  for (const file of files) {
    const found = await hashFile(join(job.folder, file.path), job.runtime.signal);
    if (found.sha256 === file.sha256) continue;
    throw new ToolError('BACKUP_DAMAGED', `${file.path} read back differs from what was written`, {
      detail: `written: ${file.size} bytes, ${file.sha256}\nread:    ${found.size} bytes, ${found.sha256}`,
      hint: `Check the disk that holds ${job.dir}.`,
    });
  }
}

function manifestOf(job: Job, { state, contents }: Taken, files: readonly BackupFile[]): Manifest {
  return {
    strata_backup: 1,
    id: job.id,
    kind: 'logical',
    tool: `strata-pg ${VERSION}`,
    pg_dump: job.pgDump.version,
    dump: { format: job.format, jobs: job.format === 'custom' ? 1 : job.jobs, compression: COMPRESSION },
    started_at: job.startedAt.toISOString(),
    finished_at: job.runtime.now().toISOString(),
    schema_version: state.schemaVersion,
    snapshot_hash: state.snapshotHash,
    ...state.facts,
    contents,
    files,
    warnings: warningsOf(job, state, contents),
  };
}

function warningsOf(job: Job, { facts }: DatabaseState, contents: Contents): readonly string[] {
  const { database, server } = facts;
  const warnings: string[] = [];
  if (job.pgDump.major > server.major) {
    warnings.push(
      `taken with pg_dump ${job.pgDump.major} from PostgreSQL ${server.major}: restores only with pg_restore ${job.pgDump.major} or newer`,
    );
  }
  if (database.collation_version !== database.collation_version_actual) {
    warnings.push(
      `collation version ${database.collation_version} was recorded, ${database.collation_version_actual} is in use: indexes over text may be out of order`,
    );
  }
  if (contents.large_objects.count > 0 && contents.large_objects.checksum === null) {
    warnings.push('large objects are counted, not hashed: the role may not read pg_largeobject');
  }
  return warnings;
}

function describe({ id, manifest }: Backup): string {
  const mib = (backupSize(manifest) / 1024 / 1024).toFixed(1);
  return `${id}: ${manifest.contents.tables.length} tables, ${backupRows(manifest)} rows, ${mib} MiB`;
}
