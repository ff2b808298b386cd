/**
 * The words of migrations: what lies in the folder, what it compiles to, what the history holds, what state that makes.
 * Files are found by files.ts, compiled by compile.ts, compared with the history by plan.ts, executed by run.ts.
 */
import type { Finding, Place } from '../base/finding.ts';
import type { Script } from '../base/plan.ts';

/** One file of the migrations folder. */
export interface MigrationFile {
  /** The part before the first `_`: `001`, `20260101120000`. At most 50 characters; compared as text, sorted naturally. */
  readonly version: string;
  /** File name without its ending: `001_create_users`. */
  readonly name: string;
  /** The words after the version, for `description`: `create users`. */
  readonly description: string;
  /** Path relative to the project folder, with `/`. */
  readonly file: string;
  readonly language: 'ts' | 'js' | 'sql';
  /** LF-normalised source. */
  readonly source: string;
  /** The other half of an `.up.sql` and `.down.sql` pair. */
  readonly downFile?: { readonly file: string; readonly source: string };
  /** Versioned parts under `sql/` that it refers to, sorted by path. */
  readonly parts: readonly SqlPart[];
  /** The migrations that it stands for, when it is a baseline. */
  readonly squashed?: readonly Squashed[];
  /** SHA-256 over source and parts; see docs/formats.md. */
  readonly checksum: string;
}

/** A migration that a baseline stands for. */
export interface Squashed {
  /** Name of the migration, which begins with its version. */
  readonly name: string;
  readonly version: string;
  readonly checksum: string;
  /** It was a baseline itself. */
  readonly whole: boolean;
}

/** `sql/functions/accept_booking_v2.sql`. */
export interface SqlPart {
  /** Folder below `sql/`: `functions`, `views`, `triggers`, `policies`. */
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly file: string;
  readonly source: string;
}

export interface CompiledMigration {
  readonly file: MigrationFile;
  readonly up: Script;
  readonly down: Script;
  /** SHA-256 over the token streams of both directions; null when either is opaque. */
  readonly semanticChecksum: string | null;
  /** What to say about it though it compiles: an enum value used in the transaction that adds it, and the like. */
  readonly findings: readonly Finding[];
}

/** A row of schema_migrations. */
export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly description: string;
  readonly appliedAt: Date;
  readonly checksum: string;
  readonly semanticChecksum: string | null;
  readonly durationMs: number;
  readonly appliedBy: string;
  readonly toolVersion: string;
  /** Hash of the Snapshot after the run that ended with this migration; null for the others. */
  readonly snapshotHash: string | null;
}

/** A non-transactional migration that stopped in the middle: what the statement journal says of it. */
export interface InterruptedMigration {
  readonly version: string;
  readonly direction: 'up' | 'down';
  /** Statements that are done; the next run goes on after them. */
  readonly done: number;
  readonly total: number;
  /** The next statement was begun and its end never recorded: the tool or the server was killed meanwhile. */
  readonly begun: boolean;
  /** SHA-256 over the texts of the statements that are done; null when none is. */
  readonly checksum: string | null;
  readonly error: string | null;
}

export type MigrationState =
  | 'applied'
  | 'pending'
  /** Applied, and the file has changed since. */
  | 'edited'
  /** Applied, and the file is gone. */
  | 'missing'
  /** Not applied, and a later one is. */
  | 'out_of_order'
  /** A baseline, of whose migrations only some are applied. */
  | 'partly_squashed'
  /** Started outside a transaction and stopped in the middle. */
  | 'failed';

export interface MigrationStatus {
  readonly version: string;
  readonly name: string;
  readonly state: MigrationState;
  /** For `edited`: only comments and white space, or what it does. `unknown` until the file is compiled. */
  readonly edit?: 'cosmetic' | 'semantic' | 'unknown';
  /** For `partly_squashed`: names of the migrations that are not applied. */
  readonly lacking?: readonly string[];
  readonly file?: MigrationFile;
  readonly applied?: AppliedMigration;
  readonly interrupted?: InterruptedMigration;
  readonly place?: Place;
}
