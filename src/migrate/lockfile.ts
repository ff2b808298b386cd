/** Work in progress: signatures. */
import { ToolError } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { MigrationFile } from './model.ts';

/** `strata.lock.json`: version → checksum. Null: there is none. Throws LOCK_FILE when it cannot be understood. */
export function readLockFile(_root: string): ReadonlyMap<string, string> | null {
  throw new ToolError('BUG', 'not built yet');
}
/** Findings for files that differ from the lock file, are not in it, or are gone. */
export function compareLockFile(
  _locked: ReadonlyMap<string, string>,
  _files: readonly MigrationFile[],
): readonly Finding[] {
  throw new ToolError('BUG', 'not built yet');
}
/** Writes it anew from the files; false when it was right already. */
export function writeLockFile(_root: string, _files: readonly MigrationFile[]): boolean {
  throw new ToolError('BUG', 'not built yet');
}
