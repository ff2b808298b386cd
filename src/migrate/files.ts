/** Work in progress: signatures for the executor. */
import { ToolError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { MigrationFile } from './model.ts';

export interface FolderOptions {
  /** Absolute path of the project folder. */
  readonly root: string;
  /** Folders, relative to root. */
  readonly migrations: string;
  readonly sql: string;
}

export interface MigrationFolder {
  /** In the order in which they are applied. */
  readonly files: readonly MigrationFile[];
  /** What lies in the folder and is not a migration, and the like. */
  readonly findings: readonly Finding[];
}

/** Finds and reads every migration; throws MIGRATION_FILES with all faults of the folder at once. */
export function readMigrations(_options: FolderOptions): MigrationFolder {
  throw new ToolError('BUG', 'not built yet');
}

/** The order in which migrations are applied: by number, as node-pg-migrate orders them. */
export function compareVersions(_a: string, _b: string): number {
  throw new ToolError('BUG', 'not built yet');
}
