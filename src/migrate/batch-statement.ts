/**
 * An UPDATE or DELETE that runs in batches, cut into what a range of keys can be put into. By tokens: the statement stays the
 * author's own text, to the letter, with one more condition behind his.
 */
import { tokenize } from '../syntax/lexer.ts';

export interface BatchStatement {
  readonly verb: 'update' | 'delete';
  /** The table as written, with its schema and quotes: what to_regclass() takes. */
  readonly table: string;
  /** `ONLY`: without children and partitions. */
  readonly only: boolean;
  /** What columns of the table are called by: its alias, or its name without the schema. As written. */
  readonly reference: string;
  /** Everything before WHERE. */
  readonly head: string;
  /** What stands behind WHERE; null: nothing. */
  readonly condition: string | null;
}

/** The statement in parts, or why it cannot run in batches: a phrase for a message. */
export function batchStatement(sql: string): BatchStatement | string {
  const words = tokenize(sql).map((token) => ({ ...token, text: sql.slice(token.start, token.end) }));
  const low = (at: number): string => (words[at]?.kind === 'quoted' ? '' : (words[at]?.text.toLowerCase() ?? ''));
  const verb = low(0);
  if (verb !== 'update' && verb !== 'delete') return 'only UPDATE and DELETE can run in batches';
  let at = verb === 'update' ? 1 : 2;
  const only = low(at) === 'only';
  if (only) at += 1;
  const nameFrom = at;
  while (low(at + 1) === '.') at += 2;
  const last = words[at];
  const first = words[nameFrom];
  if (!first || !last) return 'it names no table';
  if (low(at + 1) === '*') at += 1;
  if (low(at + 1) === 'as') at += 1;
  const next = words[at + 1];
  const alias = next && !AFTER_TABLE.has(low(at + 1)) ? next.text : null;
  const clauses = topLevel(
    words.map(({ kind, text }) => (kind === 'word' || kind === 'punctuation' ? text.toLowerCase() : '')),
  );
  if (clauses.has('returning')) return 'RETURNING has nobody to return to';
  if (low((clauses.get('where') ?? -2) + 1) === 'current') return 'there is no cursor that WHERE CURRENT OF could mean';
  const where = words[clauses.get('where') ?? -1];
  return {
    verb,
    only,
    table: sql.slice(first.start, last.end),
    reference: alias ?? last.text,
    head: where ? sql.slice(0, where.start) : `${sql}\n`,
    condition: where ? sql.slice(where.end) : null,
  };
}

const AFTER_TABLE: ReadonlySet<string> = new Set(['', 'set', 'using', 'where', 'returning']);

/** Where WHERE and RETURNING of the statement itself stand, not of a query inside it. */
function topLevel(words: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let depth = 0;
  words.forEach((word, at) => {
    if (word === '(') depth += 1;
    else if (word === ')') depth -= 1;
    else if (depth === 0 && (word === 'where' || word === 'returning') && !found.has(word)) found.set(word, at);
  });
  return found;
}

/** A column of the key that batches go along. */
export interface KeyColumn {
  readonly name: string;
  /** As format_type() writes it. */
  readonly type: string;
}
