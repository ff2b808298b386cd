/** The configuration: its type, its JSON Schema, and the one literal in which every default stands. (Work in progress.) */
import type { Target } from '../base/target.ts';

export interface Config {
  /** Absolute path of the project folder. */
  readonly root: string;
  /** Folders, relative to root. */
  readonly migrations: string;
  readonly sql: string;
  readonly seeds: string;
  readonly generated: string;
  readonly schemas: readonly string[];
  readonly history: { readonly schema: string; readonly table: string };
  /** The database to work on; null: the embedded server. */
  readonly target: Target | null;
  readonly lock: {
    /** `advisory` (a session lock) or `lease` (a table row, for transaction-pooling proxies). */
    readonly mode: 'advisory' | 'lease';
    /** Milliseconds to wait for another run. */
    readonly wait: number;
    /** Milliseconds a lease lives without renewal. */
    readonly lease: number;
  };
  readonly timeouts: {
    /** Milliseconds a statement of a migration waits for a lock, first attempt. */
    readonly lock: number;
    /** Further attempts, each waiting `lockHeld` milliseconds. */
    readonly lockRetries: number;
    readonly lockHeld: number;
    /** Milliseconds one statement may run; 0: no limit. */
    readonly statement: number;
  };
  readonly types: { readonly out: string; readonly brandedIds: boolean };
  readonly backup: { readonly dir: string; readonly format: 'custom' | 'directory'; readonly jobs: number };
  readonly embedded: { readonly version: string; readonly dir: string };
}
