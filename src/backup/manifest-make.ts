/** What a manifest records of a backup that was just taken. */
import type { Runtime } from '../base/runtime.ts';
import { VERSION } from '../base/version.ts';
import type { Program } from '../pg/programs.ts';
import { type Compression, compressionText } from './compression.ts';
import type { DatabaseState } from './facts.ts';
import type { AuditHead, BackupFile, Contents, Manifest } from './manifest.ts';

/** How it was asked for and made. */
interface Making {
  readonly id: string;
  readonly format: 'custom' | 'directory';
  readonly jobs: number;
  readonly pgDump: Program;
  readonly compression: Compression;
  readonly recipients: readonly string[];
  readonly rolePasswords: boolean;
  readonly startedAt: Date;
  readonly runtime: Runtime;
}

/** What the exporting transaction told. */
interface Told {
  readonly audit: AuditHead | string | undefined;
  readonly state: DatabaseState;
  readonly contents: Contents;
}

/** The manifest of what was taken, into these files. */
export function manifestOf(job: Making, { state, contents, audit }: Told, files: readonly BackupFile[]): Manifest {
  return {
    strata_backup: 1,
    id: job.id,
    kind: 'logical',
    tool: `strata-pg ${VERSION}`,
    pg_dump: job.pgDump.version,
    dump: {
      format: job.format,
      jobs: job.format === 'custom' ? 1 : job.jobs,
      compression: compressionText(job.compression),
      role_passwords: job.rolePasswords,
    },
    encryption: job.recipients.length === 0 ? null : { format: 'age', recipients: job.recipients },
    started_at: job.startedAt.toISOString(),
    finished_at: job.runtime.now().toISOString(),
    schema_version: state.schemaVersion,
    snapshot_hash: state.snapshotHash,
    ...state.facts,
    contents,
    ...(typeof audit === 'object' ? { audit_head: audit } : {}),
    files,
    warnings: [...warningsOf(job, state, contents), ...(typeof audit === 'string' ? [audit] : [])],
  };
}

function warningsOf(job: Making, { facts }: DatabaseState, contents: Contents): readonly string[] {
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
  if (job.rolePasswords && job.recipients.length === 0) {
    warnings.push("globals.sql holds the hashes of the roles' passwords, and is not encrypted");
  }
  return warnings;
}
