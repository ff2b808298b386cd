/**
 * What a backup is. The manifest is the file that makes a folder a backup: it is written last, and it says of every
 * other file how long it is and what its bytes hash to. Its words are the file format's own (docs/formats.md), so the
 * type has them in the same spelling and nothing is translated on the way in or out.
 *
 * Of an encrypted backup it shows as little as the work without the key needs: row counts tell how a business goes, and
 * the checksum of a table with one guessable row tells that row.
 *
 * `SHA256SUMS` beside it covers the data files and the manifest itself, in the format of sha256sum: `sha256sum -c
 * SHA256SUMS` inside the folder checks a backup on a machine without this tool.
 */

export const MANIFEST_FILE = 'manifest.json';
export const SUMS_FILE = 'SHA256SUMS';

export interface BackupFile {
  /** Path inside the backup's folder, with `/`. */
  readonly path: string;
  readonly role: 'dump' | 'globals' | 'snapshot' | 'details';
  readonly size: number;
  readonly sha256: string;
}

export interface TableContents {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  /** Order-independent sum of 64-bit hashes of the rows; null when checksums were turned off. */
  readonly checksum: string | null;
}

export interface SequenceContents {
  readonly schema: string;
  readonly name: string;
  /** Null: never called. As text, because a bigint does not fit a JSON number. */
  readonly last_value: string | null;
  readonly ascending: boolean;
  readonly cycle: boolean;
}

export interface Contents {
  /** How rows are hashed: by the bytes of each column, or as until 0.1 (`columns`). Absent: by their text, or not at all. */
  readonly hashed?: 'bytes' | 'columns';
  readonly tables: readonly TableContents[];
  readonly sequences: readonly SequenceContents[];
  /** The checksum is null for roles that may not read pg_largeobject. */
  readonly large_objects: { readonly count: number; readonly checksum: string | null };
}

export interface DatabaseFacts {
  readonly name: string;
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly locale_provider: 'libc' | 'icu' | 'builtin';
  readonly locale: string | null;
  readonly icu_rules: string | null;
  readonly collation_version: string | null;
  readonly collation_version_actual: string | null;
  readonly connection_limit: number;
  readonly comment: string | null;
  /** ALTER DATABASE … SET; with a role: ALTER ROLE … IN DATABASE … SET. pg_dump leaves these out. */
  readonly settings: readonly { readonly role: string | null; readonly name: string; readonly value: string }[];
  /** Null: never granted or revoked. A null grantee is PUBLIC. */
  readonly grants:
    | readonly { readonly grantee: string | null; readonly privilege: string; readonly grantable: boolean }[]
    | null;
}

/** What the exporting transaction tells about the database: facts.sql. */
export interface Facts {
  readonly server: {
    readonly version: string;
    readonly major: number;
    readonly in_recovery: boolean;
    /** Which cluster: two servers may have databases of one name. Absent in backups from before it was recorded. */
    readonly system_identifier?: string;
  };
  readonly lsn: string;
  /** The moment that the backup shows, by the server's clock. */
  readonly at: string;
  /** pg_current_snapshot(): which transactions are in it. */
  readonly transactions: string;
  readonly role: { readonly name: string; readonly superuser: boolean; readonly bypass_rls: boolean };
  readonly database: DatabaseFacts;
  readonly extensions: readonly { readonly name: string; readonly version: string; readonly schema: string }[];
  /** Roles that must exist where it is restored. */
  readonly roles: readonly string[];
}

/** The end of the audit log's chain in the moment of the backup: sql/audit/head.sql. */
export interface AuditHead {
  readonly script_sha256: string;
  /** Columns of the row that the script returned; null: none. */
  readonly value: Readonly<Record<string, string | null>> | null;
}

/** Public keys of age (https://age-encryption.org/v1) that every file but the manifest and the sums is encrypted to. */
export interface Encryption {
  readonly format: 'age';
  readonly recipients: readonly string[];
}

/**
 * What manifest.json shows of every backup, encrypted or not: what listing, verifying, pruning and finding the right key
 * need. Names of tables and roles, counts, checksums and settings are Details.
 */
export interface ManifestHead {
  readonly strata_backup: 1;
  readonly id: string;
  readonly kind: 'logical';
  readonly tool: string;
  /** Version of pg_dump. */
  readonly pg_dump: string;
  readonly dump: {
    readonly format: 'custom' | 'directory';
    readonly jobs: number;
    /** `gzip:6`, `zstd`, `none`. */
    readonly compression: string;
    /** True: globals.sql holds the hashes of the roles' passwords. */
    readonly role_passwords: boolean;
  };
  /** Null: the files lie there as they are. */
  readonly encryption: Encryption | null;
  readonly started_at: string;
  readonly finished_at: string;
  /** Version of the newest applied migration; null without a history. */
  readonly schema_version: string | null;
  readonly snapshot_hash: string;
  readonly server: Facts['server'];
  readonly lsn: string;
  readonly at: string;
  readonly database: Pick<DatabaseFacts, 'name'>;
  readonly files: readonly BackupFile[];
}

/** What an encrypted backup keeps from its manifest.json, and has in details.json.age. */
export interface Details extends Pick<Facts, 'transactions' | 'role' | 'database' | 'extensions' | 'roles'> {
  readonly contents: Contents;
  /** Absent: the project has no such script, or it failed, and a warning says so. */
  readonly audit_head?: AuditHead | undefined;
  readonly warnings: readonly string[];
}

export interface Manifest extends Omit<ManifestHead, 'database'>, Details {}

/** The manifest's bytes: indented, because people read it when things are bad. */
export function manifestText(manifest: ManifestHead): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** `SHA256SUMS`: two spaces between hash and path, as sha256sum writes and reads it. */
export function sumsText(sums: readonly { readonly path: string; readonly sha256: string }[]): string {
  return sums.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

/** Parts a manifest in what an encrypted backup shows and what it does not. */
export function partedManifest(manifest: Manifest): { readonly head: ManifestHead; readonly details: Details } {
  const { transactions, role, database, extensions, roles, contents, audit_head, warnings, ...rest } = manifest;
  return {
    head: { ...rest, database: { name: database.name } },
    details: { transactions, role, database, extensions, roles, contents, audit_head, warnings },
  };
}

/** Total length of the files, in bytes. */
export function backupSize(manifest: ManifestHead): number {
  return manifest.files.reduce((sum, file) => sum + file.size, 0);
}

/** Rows over all tables. */
export function backupRows(manifest: Manifest): number {
  return manifest.contents.tables.reduce((sum, table) => sum + table.rows, 0);
}
