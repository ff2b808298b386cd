/**
 * What PostgreSQL refuses inside a transaction block, and what would end or begin one. Told from the first words, so
 * that it is known before anything runs. Not knowable from the text: CALL of a procedure (or DO) that commits, REINDEX
 * and CLUSTER of a partitioned table, DROP SUBSCRIPTION with a slot; such migrations say so with a marker.
 */
import { unquoted } from '../base/ident.ts';
import { folded } from './lexer.ts';
import type { SplitStatement } from './split.ts';

export type TransactionNature =
  | { readonly kind: 'free' }
  /** Cannot run inside a transaction block; `what` names it: `CREATE INDEX CONCURRENTLY`. */
  | { readonly kind: 'alone'; readonly what: string }
  /** BEGIN, COMMIT, SAVEPOINT…: would take the transaction out of the tool's hands. */
  | { readonly kind: 'control'; readonly what: string };

const FREE: TransactionNature = { kind: 'free' };

export function transactionNature(statement: SplitStatement): TransactionNature {
  const first = statement.tokens[0];
  if (first?.kind !== 'word') return FREE;
  const judge = JUDGES[folded(statement.script, first)];
  return judge ? judge(wordsOf(statement)) : FREE;
}

type Judge = (words: readonly string[]) => TransactionNature;

const JUDGES: Readonly<Record<string, Judge>> = {
  __proto__: null as never,
  alter: (words) => alone(alterNature(words)),
  abort: () => control('ABORT'),
  begin: () => control('BEGIN'),
  cluster: (words) => alone(words.length === 1 || (words.length === 2 && words[1] === 'verbose') ? 'CLUSTER' : null),
  commit: () => control('COMMIT'),
  create: (words) => alone(createNature(words)),
  discard: (words) => alone(words[1] === 'all' ? 'DISCARD ALL' : null),
  drop: (words) => alone(dropNature(words)),
  end: () => control('END'),
  prepare: (words) => (words[1] === 'transaction' ? control('PREPARE TRANSACTION') : FREE),
  reindex: (words) => alone(reindexNature(words)),
  release: () => control('RELEASE SAVEPOINT'),
  rollback: () => control('ROLLBACK'),
  savepoint: () => control('SAVEPOINT'),
  start: (words) => (words[1] === 'transaction' ? control('START TRANSACTION') : FREE),
  vacuum: () => alone('VACUUM'),
};

/** Words and punctuation as lower-case text, other tokens as an empty string. */
function wordsOf({ script, tokens }: SplitStatement): string[] {
  return tokens.map((token) => (token.kind === 'word' || token.kind === 'punctuation' ? folded(script, token) : ''));
}

function alone(what: string | null): TransactionNature {
  return what === null ? FREE : { kind: 'alone', what };
}

function control(what: string): TransactionNature {
  return { kind: 'control', what };
}

function createNature(words: readonly string[]): string | null {
  const noun = words[1] === 'unique' ? words[2] : words[1];
  if (noun === 'index')
    return words[words.indexOf('index') + 1] === 'concurrently' ? 'CREATE INDEX CONCURRENTLY' : null;
  if (noun === 'database' || noun === 'tablespace') return `CREATE ${noun.toUpperCase()}`;
  return noun === 'subscription' && makesSlot(words) ? 'CREATE SUBSCRIPTION' : null;
}

/** A slot is made unless `create_slot` or `connect` is off. */
function makesSlot(words: readonly string[]): boolean {
  return !['create_slot', 'connect'].some((option) => isOff(words, option));
}

function isOff(words: readonly string[], option: string): boolean {
  const at = words.indexOf(option);
  return at >= 0 && words.slice(at + 1, at + 3).some((word) => word === 'false' || word === 'off');
}

function dropNature(words: readonly string[]): string | null {
  if (words[1] === 'index' && words[2] === 'concurrently') return 'DROP INDEX CONCURRENTLY';
  return words[1] === 'database' || words[1] === 'tablespace' ? `DROP ${words[1].toUpperCase()}` : null;
}

function reindexNature(words: readonly string[]): string | null {
  const head = words.slice(1).filter((word) => word !== '(' && word !== ')' && word !== ',');
  if (head.slice(0, 6).includes('concurrently') && !isOff(words, 'concurrently')) return 'REINDEX CONCURRENTLY';
  const whole = head.find((word) => word === 'schema' || word === 'database' || word === 'system');
  const small = head.find((word) => word === 'index' || word === 'table');
  return whole && !small ? `REINDEX ${whole.toUpperCase()}` : null;
}

function alterNature(words: readonly string[]): string | null {
  if (words[1] === 'system') return 'ALTER SYSTEM';
  if (words[1] === 'database') return has(words, 'set', 'tablespace') ? 'ALTER DATABASE … SET TABLESPACE' : null;
  if (words[1] === 'subscription') return alterSubscription(words);
  if (words[1] !== 'table' || !has(words, 'detach', 'partition')) return null;
  return words.includes('concurrently') ? 'ALTER TABLE … DETACH PARTITION CONCURRENTLY' : null;
}

function alterSubscription(words: readonly string[]): string | null {
  if (has(words, 'refresh', 'publication')) return 'ALTER SUBSCRIPTION … REFRESH PUBLICATION';
  const publications = ['set', 'add', 'drop'].some((verb) => has(words, verb, 'publication'));
  return publications && !isOff(words, 'refresh') ? 'ALTER SUBSCRIPTION … PUBLICATION (refreshes)' : null;
}

function has(words: readonly string[], first: string, second: string): boolean {
  return words.some((word, index) => word === first && words[index + 1] === second);
}

export interface AddedEnumValue {
  /** Without its schema, as the catalog writes it. */
  readonly type: string;
  /** As written, with its quotes. */
  readonly value: string;
}

/** `ALTER TYPE … ADD VALUE 'x'`, which the transaction that adds it cannot use unless it also creates the type. Null for all else. */
export function addedEnumValue(statement: SplitStatement): AddedEnumValue | null {
  const words = wordsOf(statement);
  if (words[0] !== 'alter' || words[1] !== 'type') return null;
  const at = words.findIndex((word, index) => word === 'add' && words[index + 1] === 'value');
  const token = at < 0 ? undefined : statement.tokens.slice(at + 2).find((candidate) => candidate.kind === 'string');
  if (!token) return null;
  return { type: nameAt(statement, at - 1), value: statement.script.slice(token.start, token.end) };
}

/** The type that `CREATE TYPE … AS ENUM` makes, without its schema. Null for all else. */
export function createdEnum(statement: SplitStatement): string | null {
  const words = wordsOf(statement);
  if (words[0] !== 'create' || words[1] !== 'type') return null;
  const at = words.findIndex((word, index) => word === 'as' && words[index + 1] === 'enum');
  return at < 0 ? null : nameAt(statement, at - 1);
}

function nameAt({ script, tokens }: SplitStatement, index: number): string {
  const token = tokens[index];
  if (!token) return '';
  return token.kind === 'word' ? folded(script, token) : unquoted(script.slice(token.start, token.end));
}
