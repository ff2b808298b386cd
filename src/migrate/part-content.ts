/**
 * What a part file creates, told from its tokens: enough to drop it again, and to know when CREATE OR REPLACE can take
 * the place of another version. Known objects: functions, procedures, views, materialized views, triggers, policies.
 * Everything else in the file either belongs to one of them (its GRANT, COMMENT, ALTER … OWNER, an index of its
 * materialized view) and goes when it goes, or outlives it, and then uninstalling the part is refused.
 */
import { ToolError } from '../base/errors.ts';
import { frame, placeAt } from '../syntax/place.ts';
import { type SplitStatement, splitScript } from '../syntax/split.ts';
import { canonicalStatement } from './checksum.ts';
import type { SqlPart } from './model.ts';

export interface PartObject {
  readonly kind: 'FUNCTION' | 'PROCEDURE' | 'VIEW' | 'MATERIALIZED VIEW' | 'TRIGGER' | 'POLICY';
  /** As its author wrote it, qualified or not: `public.accept_booking`. */
  readonly name: string;
  /** `DROP FUNCTION accept_booking(p_id integer)`. */
  readonly drop: string;
  /** Functions and procedures: what must be equal for CREATE OR REPLACE to work. Null: always dropped and made anew. */
  readonly signature: Signature | null;
}

export interface Signature {
  /** Arguments without defaults, and what it returns. */
  readonly text: string;
  /** Which arguments have a default: replacing may add one and may not take one away. */
  readonly defaults: readonly boolean[];
}

export interface PartStatement {
  readonly statement: SplitStatement;
  /** Null: it creates nothing that we know. */
  readonly object: PartObject | null;
  /** Does it go when the objects of the file are dropped? */
  readonly owned: boolean;
  readonly canonical: string;
}

/** A part is asked for by each direction that comes to it or leaves it. */
const known = new WeakMap<SqlPart, readonly PartStatement[]>();

/** Reads a part. Throws PART_INVALID for text that psql alone could run. */
export function partContent(part: SqlPart): readonly PartStatement[] {
  const content = known.get(part) ?? readPart(part);
  known.set(part, content);
  return content;
}

function readPart(part: SqlPart): readonly PartStatement[] {
  const { statements, fault } = splitScript(part.source);
  if (fault) {
    const place = placeAt(part.file, part.source, fault.offset);
    throw new ToolError('PART_INVALID', `${part.file}:${place.line}: cannot read ${fault.text}`, {
      detail: frame(part.source, place),
    });
  }
  const objects = statements.map((statement) => objectOf(statement));
  const names = objects.flatMap((object) => (object ? [object.name] : []));
  return statements.map((statement, index) => {
    const object = objects[index] ?? null;
    const canonical = canonicalStatement(statement);
    return { statement, object, canonical, owned: object !== null || isOwned(canonical, names) };
  });
}

interface Cursor {
  readonly statement: SplitStatement;
  at: number;
}

function objectOf(statement: SplitStatement): PartObject | null {
  const cursor: Cursor = { statement, at: 0 };
  if (!take(cursor, 'create')) return null;
  if (take(cursor, 'or')) take(cursor, 'replace');
  if (take(cursor, 'function')) return routine(cursor, 'FUNCTION');
  if (take(cursor, 'procedure')) return routine(cursor, 'PROCEDURE');
  if (take(cursor, 'policy')) return onTable(cursor, 'POLICY');
  if (take(cursor, 'constraint') || wordAt(cursor) === 'trigger') {
    return take(cursor, 'trigger') ? onTable(cursor, 'TRIGGER') : null;
  }
  if (take(cursor, 'materialized')) return take(cursor, 'view') ? view(cursor, 'MATERIALIZED VIEW') : null;
  while (take(cursor, 'recursive') || take(cursor, 'temp') || take(cursor, 'temporary'));
  return take(cursor, 'view') ? view(cursor, 'VIEW') : null;
}

function view(cursor: Cursor, kind: 'VIEW' | 'MATERIALIZED VIEW'): PartObject {
  if (take(cursor, 'if')) cursor.at += 2;
  const name = qualifiedName(cursor);
  return { kind, name, drop: `DROP ${kind} ${name}`, signature: null };
}

function onTable(cursor: Cursor, kind: 'TRIGGER' | 'POLICY'): PartObject | null {
  const name = qualifiedName(cursor);
  while (cursor.at < cursor.statement.tokens.length && !take(cursor, 'on')) cursor.at += 1;
  const table = qualifiedName(cursor);
  return table === '' ? null : { kind, name, drop: `DROP ${kind} ${name} ON ${table}`, signature: null };
}

function routine(cursor: Cursor, kind: 'FUNCTION' | 'PROCEDURE'): PartObject | null {
  const name = qualifiedName(cursor);
  if (textAt(cursor) !== '(') return null;
  const args = argumentList(cursor);
  const plain = args.map((arg) => arg.text);
  const signature = {
    text: `(${plain.join(', ')}) ${returnType(cursor)}`,
    defaults: args.map((arg) => arg.hasDefault),
  };
  return { kind, name, drop: `DROP ${kind} ${name}(${plain.join(', ')})`, signature };
}

/** From `(` to past its `)`: the arguments without their defaults, which DROP does not take. */
function argumentList(cursor: Cursor): { text: string; hasDefault: boolean }[] {
  const args: { text: string; hasDefault: boolean }[] = [];
  let words: string[] = [];
  let hasDefault = false;
  const flush = (): void => {
    if (words.length > 0) args.push({ text: words.join(' '), hasDefault });
    words = [];
    hasDefault = false;
  };
  for (let depth = 0; cursor.at < cursor.statement.tokens.length; cursor.at += 1) {
    const text = textAt(cursor);
    if (text === '(' || text === '[') depth += 1;
    if (text === ')' || text === ']') depth -= 1;
    if (depth === 0) break;
    if (depth === 1 && text === '(' && words.length === 0 && args.length === 0 && !hasDefault) continue;
    if (depth === 1 && text === ',') flush();
    else if (depth === 1 && (text === 'default' || text === '=')) hasDefault = true;
    else if (!hasDefault) words.push(text);
  }
  flush();
  cursor.at += 1;
  return args;
}

/** Words that end a RETURNS clause. */
const CLAUSES = new Set(
  'language transform window immutable stable volatile not leakproof called returns strict external security parallel cost rows support set as return begin'.split(
    ' ',
  ),
);

function returnType(cursor: Cursor): string {
  if (!take(cursor, 'returns')) return '';
  const words: string[] = [];
  for (let depth = 0; cursor.at < cursor.statement.tokens.length; cursor.at += 1) {
    const text = textAt(cursor);
    if (depth === 0 && CLAUSES.has(text)) break;
    depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    words.push(text);
  }
  return `RETURNS ${words.join(' ')}`;
}

function qualifiedName(cursor: Cursor): string {
  let name = textAt(cursor);
  cursor.at += 1;
  while (textAt(cursor) === '.') {
    cursor.at += 1;
    name += `.${textAt(cursor)}`;
    cursor.at += 1;
  }
  return name;
}

/** The token as canonical text (words in lower case); empty past the end. */
function textAt({ statement, at }: Cursor): string {
  const token = statement.tokens[at];
  return token ? canonicalStatement({ ...statement, tokens: [token] }) : '';
}

function wordAt(cursor: Cursor): string {
  return cursor.statement.tokens[cursor.at]?.kind === 'word' ? textAt(cursor) : '';
}

function take(cursor: Cursor, word: string): boolean {
  if (wordAt(cursor) !== word) return false;
  cursor.at += 1;
  return true;
}

const COMPANIONS = /^(?:grant|revoke|comment on|alter|create (?:unique )?index|drop \S+(?: view)? if exists) /;

/** `grant execute on function f (…)`: does it speak of an object that the same file creates? */
function isOwned(canonical: string, names: readonly string[]): boolean {
  if (!COMPANIONS.test(canonical)) return false;
  return names.some((name) =>
    ['on', 'function', 'procedure', 'routine', 'view', 'table', 'trigger', 'policy', 'exists', 'column'].some((word) =>
      ` ${canonical} `.includes(` ${word} ${name.replaceAll('.', ' . ')} `),
    ),
  );
}
