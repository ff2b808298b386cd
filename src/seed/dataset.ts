/**
 * Seed sets as files: what a folder under `seeds/` means. Reads and validates everything before any connection is
 * opened, and reports every fault at once. The format is promised in docs/formats.md, section Seeds.
 */
import type { QName } from '../catalog/model.ts';

export type SeedMode = 'upsert' | 'keep' | 'insert';
export type SeedFormat = 'json' | 'ndjson' | 'csv';

/** One row: column to JSON value, and the 1-based line where it begins. */
export interface SeedRow {
  readonly values: Readonly<Record<string, unknown>>;
  readonly line: number;
}

export interface SeedFile {
  /** Relative to the project folder: `seeds/demo/10_users.json`. */
  readonly file: string;
  readonly table: QName;
  readonly format: SeedFormat;
  readonly rows: readonly SeedRow[];
}

export interface SeedSet {
  readonly name: string;
  readonly depends: readonly string[];
  readonly production: 'allowed' | 'confirm';
  readonly mode: SeedMode;
  /** Table name as in file names to its key columns. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly order: readonly string[];
  /** In file name order. */
  readonly files: readonly SeedFile[];
}
