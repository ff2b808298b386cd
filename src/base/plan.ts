/**
 * Plan: what we would do. Pure data, made by migrate/ (and later diff/), shown by `plan`, executed by migrate/run.ts.
 */
import type { Place } from './finding.ts';

export type Direction = 'up' | 'down';

/** One SQL statement, without its semicolon, and where its author wrote it (the TypeScript line for builder calls). */
export interface Statement {
  readonly sql: string;
  readonly place: Place;
  /** It goes through its table in batches, each in a transaction of its own. */
  readonly inBatches?: true;
}

/** What one direction of one migration does. */
export type Script =
  | {
      readonly kind: 'statements';
      readonly statements: readonly Statement[];
      /** False: each statement runs alone, outside a transaction, journalled one by one. */
      readonly transactional: boolean;
      /** Why it cannot be transactional: `pgm.noTransaction()`, a marker, or the statement that PostgreSQL refuses there. */
      readonly reason?: string;
    }
  /** Calls `pgm.db`: cannot be rendered without running it. `run` executes it on the migration's own connection. */
  | { readonly kind: 'opaque'; readonly reason: string; readonly transactional: boolean; readonly place: Place }
  /** `down = false`, no down section, or nothing that could be inferred. */
  | { readonly kind: 'irreversible'; readonly reason: string; readonly place: Place };

/** None where it is opaque or cannot be undone. */
export function statementsOf(script: Script): readonly Statement[] {
  return script.kind === 'statements' ? script.statements : [];
}

/** Its statements are known beforehand, and may stand in a transaction. */
export function isPlain(script: Script): boolean {
  return script.kind === 'statements' && script.transactional;
}

export interface PlanStep {
  readonly version: string;
  /** The whole file name without its ending: `001_create_users`. */
  readonly name: string;
  readonly direction: Direction;
  readonly file: string;
  readonly script: Script;
  /** SHA-256 of the LF-normalised file and the sql/ parts it refers to. */
  readonly checksum: string;
  /** SHA-256 of the token stream of the rendered statements, both directions; null when opaque. */
  readonly semanticChecksum: string | null;
  /** Versions that a baseline stands for: their rows go with its own when it is undone. */
  readonly standsFor?: readonly string[];
}

export interface Plan {
  readonly direction: Direction;
  readonly steps: readonly PlanStep[];
}
