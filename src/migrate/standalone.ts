/**
 * What the executor must know about a statement that runs outside a transaction. Pure, by its first words: the
 * parser is not loaded for this, because a run must stay light.
 */
import { unquoted } from '../base/ident.ts';
import { tokenize } from '../syntax/lexer.ts';

/** What stands between delimiters: classes of letters take the regular expression compiler 25 ms. */
export const NAME = String.raw`(?:"(?:[^"]|"")+"|[^\s",.();*]+)`;
export const QUALIFIED = String.raw`${NAME}(?:\s*\.\s*${NAME})*`;

const CREATE_INDEX = new RegExp(
  String.raw`^create\s+(?:unique\s+)?index\s+(concurrently\s+)?(if\s+not\s+exists\s+)?(?:(?!on\b)(${NAME})\s+)?on\s+(?:only\s+)?(${QUALIFIED})`,
  'i',
);
const DROP_INDEX = new RegExp(String.raw`^drop\s+index\s+concurrently\s+(?:if\s+exists\s+)?(${QUALIFIED})`, 'i');
const REINDEX = new RegExp(
  String.raw`^reindex\s+(?:\([^)]*\)\s*)?(?:index|table)\s+(?:concurrently\s+)?(${QUALIFIED})`,
  'i',
);

const DETACH = new RegExp(
  String.raw`^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(${QUALIFIED})(?:\s*\*)?\s+detach\s+partition\s+(${QUALIFIED})\s+concurrently\b`,
  'i',
);

/** Statements that PostgreSQL refuses inside a transaction, and those that may commit on their own. */
const ALONE =
  /^(vacuum|create\s+(database|tablespace|subscription)|drop\s+(database|tablespace|subscription)|alter\s+(system|database\s+.+\s+set\s+tablespace)|create\s+(unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex|cluster|call|do|alter\s+table\s+.+\bdetach\s+partition\b.+\bconcurrently|begin|start\s+transaction|commit|end|rollback|abort)\b/is;

export interface IndexBuild {
  /** Null when the author left the choice to PostgreSQL. */
  readonly name: string | null;
  /** As written, for to_regclass(). */
  readonly table: string;
  readonly concurrently: boolean;
}

/** The text with a space in place of each comment, and no white space before it. */
export function bare(sql: string): string {
  if (!/--|\/\*/.test(sql)) return sql.trimStart();
  let last = 0;
  const parts = tokenize(sql).map(({ start, end }) => {
    const gap = sql.slice(last, start);
    last = end;
    return `${gap.trim() === '' ? gap : ' '}${sql.slice(start, end)}`;
  });
  return parts.join('').trimStart();
}

/** True: it must be sent as a message of its own, outside a transaction. */
export function standsAlone(sql: string): boolean {
  return ALONE.test(bare(sql));
}

/**
 * What is concurrent waits for old transactions by design, while others go on: a short lock_timeout would only break it. REINDEX
 * and VACUUM FULL are not: who waits for their strong locks makes all others wait.
 */
export function isPatient(sql: string): boolean {
  return PATIENT.test(bare(sql)) || detachment(sql) !== null;
}

const PATIENT =
  /^(create\s+(unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\b.*\bconcurrently|vacuum(?!.*\bfull))\b/is;

/** `SET …` for the session: what a resumed migration must say again. */
export function setsSession(sql: string): boolean {
  return /^set\s+(?!local\b|constraints\b|transaction\b)/i.test(bare(sql));
}

export function indexBuild(sql: string): IndexBuild | null {
  const found = CREATE_INDEX.exec(bare(sql));
  if (!found) return null;
  const [, concurrently, , name, table = ''] = found;
  return { name: name === undefined ? null : folded(name), table, concurrently: concurrently !== undefined };
}

/** The index of DROP INDEX CONCURRENTLY, as written. */
export function droppedIndex(sql: string): string | null {
  return DROP_INDEX.exec(bare(sql))?.[1] ?? null;
}

/** The table or index of REINDEX, as written. */
export function reindexed(sql: string): string | null {
  return REINDEX.exec(bare(sql))?.[1] ?? null;
}

export interface Detachment {
  /** Both as written, for to_regclass(). */
  readonly parent: string;
  readonly partition: string;
}

/** Of DETACH PARTITION … CONCURRENTLY alone. */
export function detachment(sql: string): Detachment | null {
  const [, parent, partition] = DETACH.exec(bare(sql)) ?? [];
  return parent === undefined || partition === undefined ? null : { parent, partition };
}

/** As PostgreSQL reads a name: quoted as it is, unquoted in lower case. */
function folded(name: string): string {
  return name.startsWith('"') ? unquoted(name) : name.toLowerCase();
}
