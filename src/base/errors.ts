/**
 * The one error class and the one table of every error code.
 *
 * A code is what scripts match on, so it never changes meaning; its exit status is part of the contract in
 * docs/cli.md. Errors are for what stops us; what we merely report is a Finding (finding.ts).
 * Wording follows PostgreSQL's error style guide: the message is one lower-case line without a full stop, the detail
 * is facts, the hint is a sentence of advice with the reader's own names in it, ready to paste.
 */

import type { Finding } from './finding.ts';

/** Exit statuses of the command line, by name. Source: the command-line contract in docs/cli.md. */
export const EXIT = {
  done: 0,
  findings: 1,
  usage: 2,
  connection: 3,
  locked: 4,
  failed: 5,
  refused: 6,
  program: 7,
  bug: 70,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

interface CodeEntry {
  readonly exit: Exit;
  /** What the code means, for docs/errors.md: one sentence, no full stop. */
  readonly title: string;
}

/** Every error code. Grouped by room; alphabetical inside a group. */
export const CODES = {
  // base
  BUG: { exit: EXIT.bug, title: 'a state that the code says cannot happen' },
  // usage and configuration
  CONFIG_INVALID: { exit: EXIT.usage, title: 'the configuration has faults; all of them are listed at once' },
  CONFIG_UNREADABLE: { exit: EXIT.usage, title: 'the configuration file cannot be read or evaluated' },
  INIT_CONFLICT: { exit: EXIT.refused, title: 'the project already holds files that those of init do not fit with' },
  REPORT_UNWRITTEN: { exit: EXIT.usage, title: 'a report that was asked for with --report cannot be written' },
  USAGE: { exit: EXIT.usage, title: 'the command line cannot be understood' },
  // connections
  CONNECT_FAILED: { exit: EXIT.connection, title: 'the server cannot be reached or refuses the connection' },
  SERVER_UNSUPPORTED: { exit: EXIT.connection, title: 'the server is not one of the supported PostgreSQL versions' },
  CONNECTION_LOST: { exit: EXIT.failed, title: 'the connection broke while work was under way' },
  MARK_DENIED: { exit: EXIT.refused, title: 'the role may not write the environment mark into the database' },
  QUERY_FAILED: { exit: EXIT.failed, title: 'the server refused a statement of the tool itself' },
  AUDIT_FAILED: { exit: EXIT.failed, title: "a script about the project's audit log failed" },
  SMOKE_FAILED: { exit: EXIT.failed, title: 'a smoke script of the project failed' },
  // snapshots
  SNAPSHOT_INVALID: { exit: EXIT.usage, title: 'the file is not a snapshot, or it was changed after it was written' },
  SNAPSHOT_NEWER: { exit: EXIT.usage, title: 'the snapshot was written by a strata that this one does not understand' },
  // migrations: files
  LOCK_FILE_INVALID: { exit: EXIT.usage, title: 'strata.lock.json cannot be understood' },
  MIGRATION_FILES: { exit: EXIT.usage, title: 'the migrations folder has faults; all of them are listed at once' },
  MIGRATION_INVALID: { exit: EXIT.failed, title: 'a migration file cannot be compiled; nothing of it has run' },
  MIGRATION_THREW: { exit: EXIT.failed, title: 'the code of a migration threw an exception' },
  PART_INVALID: { exit: EXIT.failed, title: 'a file under sql/ holds something that a part cannot hold' },
  // danger
  CONFIRM_NEEDED: { exit: EXIT.refused, title: 'the database is marked as production; destroying data needs its name' },
  // migrations: history and plan
  HISTORY_ELSEWHERE: {
    exit: EXIT.refused,
    title: 'there is no history where the configuration says, but one elsewhere',
  },
  HISTORY_FOREIGN: { exit: EXIT.refused, title: 'the history table belongs to another tool or has another shape' },
  HISTORY_NOT_EMPTY: { exit: EXIT.refused, title: 'a baseline needs an empty history' },
  MIGRATION_EDITED: { exit: EXIT.refused, title: 'an applied migration was changed afterwards' },
  MIGRATION_IRREVERSIBLE: { exit: EXIT.refused, title: 'a migration cannot be undone' },
  MIGRATION_MISSING: { exit: EXIT.refused, title: 'an applied migration has no file' },
  MIGRATION_OUT_OF_ORDER: { exit: EXIT.refused, title: 'a pending migration is older than an applied one' },
  MIGRATION_UNFINISHED: { exit: EXIT.refused, title: 'a migration stopped in the middle and must be finished first' },
  MIGRATION_UNKNOWN: { exit: EXIT.usage, title: 'no migration has that version' },
  REPAIR_NEEDED: { exit: EXIT.refused, title: 'a repair must name what it accepts' },
  SQUASH_PARTIAL: {
    exit: EXIT.refused,
    title: 'the database has only some of the migrations that a baseline stands for',
  },
  SQUASH_REFUSED: { exit: EXIT.refused, title: 'migrations cannot be squashed into one that gives the same' },
  // migrations: the run
  INDEX_INVALID: { exit: EXIT.failed, title: 'an index that a migration builds is not valid' },
  LOCK_HELD: { exit: EXIT.locked, title: 'another run holds the migration lock' },
  LOCK_LOST: { exit: EXIT.failed, title: 'the migration lock was lost while the run was under way' },
  LOCK_PROXIED: { exit: EXIT.refused, title: 'a session lock would not hold behind a connection pooler' },
  LOCK_TIMEOUT: { exit: EXIT.failed, title: 'a migration did not get a lock in time, after every attempt' },
  MIGRATION_FAILED: { exit: EXIT.failed, title: 'a migration failed' },
  READ_ONLY: { exit: EXIT.connection, title: 'the server or the database accepts no changes' },
  RUN_INTERRUPTED: { exit: EXIT.failed, title: 'the run was interrupted before its end' },
  SINGLE_TRANSACTION: { exit: EXIT.refused, title: 'a migration of the run cannot be part of a single transaction' },
  // programs
  PROGRAM_FAILED: { exit: EXIT.failed, title: 'a PostgreSQL program ended with an error' },
  PROGRAM_MISSING: { exit: EXIT.program, title: 'a PostgreSQL program that is needed is not installed' },
  PROGRAM_TOO_OLD: { exit: EXIT.program, title: 'a PostgreSQL program is older than the server it must talk to' },
  // the embedded server
  EMBEDDED_ACCESS: { exit: EXIT.connection, title: 'the embedded server cannot use its folder, binaries or user' },
  EMBEDDED_BINARIES: { exit: EXIT.program, title: 'no PostgreSQL server program fits the embedded server' },
  EMBEDDED_BUSY: {
    exit: EXIT.connection,
    title: 'another process has been starting or stopping the embedded server for too long',
  },
  EMBEDDED_START: { exit: EXIT.connection, title: 'the embedded server does not start' },
  // scratch databases
  SCRATCH_DENIED: { exit: EXIT.refused, title: 'the role may not create the scratch database that the command needs' },
  TEMPLATE_FAILED: { exit: EXIT.failed, title: 'the template of the test databases cannot be built' },
  // backups
  BACKUP_DAMAGED: { exit: EXIT.failed, title: 'a backup does not hold what was written into it' },
  BACKUP_DIR_UNREADABLE: { exit: EXIT.usage, title: 'the folder of backups cannot be read' },
  BACKUP_FAILED: { exit: EXIT.failed, title: 'a backup could not be taken; nothing of it is left' },
  BACKUP_IDENTITY: { exit: EXIT.usage, title: 'an encrypted backup needs an identity that opens it' },
  BACKUP_INTERRUPTED: { exit: EXIT.failed, title: 'a backup or restore was interrupted; nothing of it is left' },
  BACKUP_LOCKED: { exit: EXIT.locked, title: 'another backup is running' },
  BACKUP_NOT_FOUND: { exit: EXIT.usage, title: 'there is no such backup' },
  BACKUP_ROLE_FILTERED: {
    exit: EXIT.refused,
    title: 'row level security would hide rows from the role that takes the backup',
  },
  DOWNLOAD_FAILED: { exit: EXIT.failed, title: 'a downloaded backup cannot be written into the folder' },
  DRILL_REPORT: { exit: EXIT.failed, title: 'the report of a drill cannot be written' },
  ERASURE_FAILED: { exit: EXIT.failed, title: 'the script of an erasure failed; nothing of that erasure is done' },
  ERASURE_LIST: {
    exit: EXIT.refused,
    title: 'the list of erasures that is kept beside the backups cannot be read whole',
  },
  BACKUP_FOREIGN: { exit: EXIT.refused, title: 'the backup is of another database or server than the one to replace' },
  ERASURE_SCRIPT: { exit: EXIT.usage, title: 'the script of an erasure is not there, or not named' },
  PRUNE_FAILED: { exit: EXIT.failed, title: 'a backup that no rule keeps cannot be deleted' },
  RESTORE_EXTENSION_MISSING: {
    exit: EXIT.refused,
    title: 'the server cannot install an extension that the backup needs',
  },
  RESTORE_FAILED: { exit: EXIT.failed, title: 'a backup could not be restored' },
  RESTORE_MISMATCH: { exit: EXIT.failed, title: 'a restored database differs from what was backed up' },
  RESTORE_ROLE_MISSING: { exit: EXIT.refused, title: 'roles that the backup names do not exist on the server' },
  RESTORE_SELECTION: { exit: EXIT.usage, title: 'the backup has no such table or schema' },
  SWAP_FAILED: { exit: EXIT.failed, title: 'a restored database could not take the name of the old one' },
  TARGET_IN_USE: { exit: EXIT.refused, title: 'others are connected to the database to restore into' },
  TARGET_NOT_EMPTY: { exit: EXIT.refused, title: 'the database to restore into is not empty' },
  TARGET_PRODUCTION: { exit: EXIT.refused, title: 'the database to restore into is marked as production' },
  // object storage
  REMOTE_BUCKET: { exit: EXIT.usage, title: 'the bucket does not exist, or is in another region' },
  REMOTE_CONFLICT: { exit: EXIT.refused, title: 'an object of that name, with other bytes, is in the bucket already' },
  REMOTE_DENIED: { exit: EXIT.connection, title: 'the object storage refused the credentials' },
  REMOTE_FAILED: { exit: EXIT.failed, title: 'the object storage refused a request, or answered what S3 does not' },
  REMOTE_INTERRUPTED: { exit: EXIT.failed, title: 'a transfer was interrupted; the same command goes on where it was' },
  REMOTE_UNREACHABLE: { exit: EXIT.connection, title: 'the object storage did not answer, or failed at every attempt' },
  // the WAL archive
  BASE_FAILED: { exit: EXIT.failed, title: 'a base backup could not be taken; nothing of it is left' },
  BASE_INCREMENTAL: { exit: EXIT.refused, title: 'an incremental base backup is not possible' },
  RECOVERY_FAILED: { exit: EXIT.failed, title: 'a recovery did not reach its target' },
  RECOVERY_TARGET: { exit: EXIT.usage, title: 'the moment to recover to cannot be understood' },
  RECOVERY_TARGET_OUTSIDE: { exit: EXIT.refused, title: 'the archive does not hold the moment to recover to' },
  WAL_ARCHIVE: { exit: EXIT.refused, title: "the WAL archive is missing, cannot be used, or is another cluster's" },
  WAL_ARCHIVER_OTHER: { exit: EXIT.refused, title: 'another program archives the WAL of the server' },
  WAL_NOT_ARCHIVED: { exit: EXIT.failed, title: 'the server did not bring a segment into the archive' },
  WAL_SERVER: { exit: EXIT.refused, title: 'the server, or the role on it, does not allow what archiving needs' },
  // files
  FILE_REFUSED: { exit: EXIT.refused, title: 'the rules of a bucket do not let this file in' },
  FILES_TABLE: {
    exit: EXIT.usage,
    title: 'the table of files cannot be read whole, or not as the configuration names it',
  },
  // seeds
  SEED_FAILED: { exit: EXIT.failed, title: 'the server refused a row of a seed file; nothing was loaded' },
  SEED_GENERATOR: { exit: EXIT.usage, title: 'the module that makes a seed set is broken' },
  SEED_UNKNOWN: { exit: EXIT.usage, title: 'there is no such seed set' },
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof CODES;

export interface ErrorMore {
  /** Facts beside the message, may be several lines (a caret frame, the server's DETAIL, the state left behind). */
  readonly detail?: string | undefined;
  /** What to do: a sentence with the reader's own names, ready to paste. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** Findings that belong to the failure (all faults of a configuration, say). Printed with it. */
  readonly findings?: readonly Finding[] | undefined;
  /** Data for `--json`: what the command had reached when it failed. */
  readonly data?: unknown;
}

export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly code: Code;
  readonly exit: Exit;
  readonly more: ErrorMore;

  constructor(code: Code, message: string, more: ErrorMore = {}) {
    super(message, { cause: more.cause });
    this.code = code;
    this.exit = CODES[code].exit;
    this.more = more;
  }
}

/** For the default branch of a switch over a closed union: does not compile while a case is missing. */
export function never(value: never): never {
  throw new ToolError('BUG', `unhandled case: ${JSON.stringify(value)}`);
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
