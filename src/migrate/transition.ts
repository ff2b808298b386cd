/**
 * From one version of a part to another: the statements that install, replace and take away.
 *
 * CREATE OR REPLACE is used where it provably works and leaves nothing behind: the same signature and result, no default
 * taken away, and the same companions (grants, comments). Otherwise the old objects are dropped and the new ones made.
 * DROP never cascades: PostgreSQL names what still depends on the object, and nothing is lost.
 * Views are always dropped and made anew, since CREATE OR REPLACE VIEW can only add columns at the end.
 */
import { ToolError } from '../base/errors.ts';
import type { SqlPart } from './model.ts';
import { type PartObject, type PartStatement, partContent } from './part-content.ts';

export interface TransitionStep {
  readonly sql: string;
  /** Where in `part` the statement stands; null for a DROP, which stands nowhere. */
  readonly source: { readonly part: SqlPart; readonly offset: number } | null;
}

/** Null as `from`: nothing is installed; as `to`: nothing shall be. Throws PART_INVALID when it cannot be undone. */
export function transition(from: SqlPart | null, to: SqlPart | null): readonly TransitionStep[] {
  const before = from ? partContent(from) : [];
  const after = to ? partContent(to) : [];
  if (from) refuseLeftovers(from, before, after);
  const same = companionsOf(before) === companionsOf(after);
  const kept = new Set<PartStatement>();
  const drops: TransitionStep[] = [];
  for (const old of before.toReversed()) {
    const heir = same ? after.find((candidate) => canReplace(old.object, candidate.object)) : undefined;
    if (heir) kept.add(heir);
    else if (old.object) drops.push({ sql: old.object.drop, source: null });
  }
  const creates = after.map((entry) => ({
    sql: kept.has(entry) ? orReplace(entry.statement.sql) : entry.statement.sql,
    source: to ? { part: to, offset: entry.statement.start } : null,
  }));
  return [...drops, ...creates];
}

/** What `from` did to other objects stays when its own are dropped; only a version that repeats it may follow. */
function refuseLeftovers(from: SqlPart, before: readonly PartStatement[], after: readonly PartStatement[]): void {
  const repeated = new Set(after.map((entry) => entry.canonical));
  const left = before.filter((entry) => !entry.owned && !repeated.has(entry.canonical));
  const [first] = left;
  if (!first) return;
  throw new ToolError('PART_INVALID', `${from.file} cannot be taken away: it also changes what it does not create`, {
    detail: left.map((entry) => entry.statement.sql.split('\n', 1)[0]).join('\n'),
    hint: `Undo that with SQL of your own in down(), or keep it out of ${from.file}.`,
  });
}

function companionsOf(entries: readonly PartStatement[]): string {
  return entries
    .filter((entry) => entry.owned && entry.object === null)
    .map((entry) => entry.canonical)
    .join(';');
}

function canReplace(old: PartObject | null, next: PartObject | null): boolean {
  if (!old?.signature || !next?.signature) return false;
  if (old.kind !== next.kind || old.name !== next.name || old.signature.text !== next.signature.text) return false;
  const { defaults } = next.signature;
  return old.signature.defaults.every((had, index) => !had || defaults[index] === true);
}

/** `CREATE FUNCTION` as `CREATE OR REPLACE FUNCTION`. */
function orReplace(sql: string): string {
  return sql.replace(/^(create)(?!\s+or\b)/i, '$1 OR REPLACE');
}
