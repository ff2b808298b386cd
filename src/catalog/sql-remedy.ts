/** Statements that bring an object back to what its Snapshot says; and of what no statement can, why. */
import { literal } from '../base/ident.ts';
import type { Snapshot } from './model.ts';

/** The two Snapshots that were compared. */
export interface Sides {
  readonly promised: Snapshot;
  readonly live: Snapshot;
}

export interface Remedy {
  /** In order, without semicolons. */
  readonly sql: readonly string[];
  /** What they do not bring back, and why. */
  readonly why: readonly string[];
}

export const NOTHING: Remedy = { sql: [], why: [] };

export function remedy(sql: readonly string[]): Remedy {
  return { sql, why: [] };
}

export function noRemedy(why: string): Remedy {
  return { sql: [], why: [why] };
}

export function together(...parts: readonly Remedy[]): Remedy {
  return { sql: parts.flatMap(({ sql }) => sql), why: [...new Set(parts.flatMap(({ why }) => why))] };
}

/** `target`: `TABLE "s"."t"`. */
export function commentSql(target: string, comment: string | null): Remedy {
  return remedy([`COMMENT ON ${target} IS ${comment === null ? 'NULL' : literal(comment).trim()}`]);
}

/** Of a new object, which has none. */
export function newComment(target: string, comment: string | null): Remedy {
  return comment === null ? NOTHING : commentSql(target, comment);
}

/** `name=value` as PostgreSQL keeps settings, for WITH and SET. */
export function optionSql(option: string): string {
  const at = option.indexOf('=');
  return `${option.slice(0, at)} = ${literal(option.slice(at + 1)).trim()}`;
}
