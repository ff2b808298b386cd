/**
 * Pieces of SQL with their places, into one direction's Script: split, looked through for what a transaction cannot hold,
 * and refused when only psql could run them.
 */
import { type ErrorMore, ToolError } from '../base/errors.ts';
import { type Finding, finding, type Place } from '../base/finding.ts';
import type { Script, Statement } from '../base/plan.ts';
import { frame } from '../syntax/place.ts';
import { type SplitFault, type SplitStatement, splitScript } from '../syntax/split.ts';
import { addedEnumValue, createdEnum, transactionNature } from '../syntax/transactional.ts';
import { batchStatement } from './batch-statement.ts';
import type { Meaning } from './checksum.ts';

/** A piece of SQL, one statement or many, and where an offset in it stands in the author's files. */
export interface Piece {
  readonly sql: string;
  readonly placeOf: (offset: number) => Place;
  /** Who wrote it, for messages: `pgm.sql()`; undefined for a file's own text. */
  readonly origin?: string;
}

/** A Script and what its checksum is made of. */
export interface Built {
  readonly script: Script;
  /** Null when it cannot be known without running. */
  readonly meaning: Meaning | null;
  readonly findings: readonly Finding[];
}

export interface ScriptOptions {
  /** Why it must not run in a transaction, when its author said so. */
  readonly alone?: string;
  /** The migration's name, as the subject of findings. */
  readonly subject: string;
}

/** Throws MIGRATION_INVALID for transaction control, psql commands, COPY data and unclosed strings. */
export function buildScript(pieces: readonly Piece[], options: ScriptOptions): Built {
  const statements: Statement[] = [];
  const splits: SplitStatement[] = [];
  let reason = options.alone;
  for (const piece of pieces) {
    const { statements: found, fault } = splitScript(piece.sql);
    if (fault) throw faultError(piece, fault);
    let after = 0;
    for (const split of found) {
      const inBatches = IN_BATCHES.test(piece.sql.slice(after, split.start));
      after = split.end;
      if (inBatches) {
        refuseWithoutBatches(piece, split);
        reason ??= 'a statement of it runs in batches';
      }
      const nature = transactionNature(split);
      const place = piece.placeOf(split.start);
      if (nature.kind === 'control') throw controlError(piece, split, nature.what);
      if (nature.kind === 'alone') reason ??= `${nature.what} cannot run inside a transaction`;
      statements.push({ sql: split.sql, place, ...(inBatches ? { inBatches } : {}) });
      splits.push(split);
    }
  }
  const transactional = reason === undefined;
  return {
    script: { kind: 'statements', statements, transactional, ...(reason === undefined ? {} : { reason }) },
    meaning: { kind: 'statements', statements: splits, transactional },
    findings: transactional ? enumFindings(splits, statements, options.subject) : [],
  };
}

/** A comment before a statement, in a file as in `pgm.sql()`. */
export const IN_BATCHES = /^[ \t]*--[ \t]*strata:[ \t]*in-batches[ \t]*$/m;

function refuseWithoutBatches(piece: Piece, split: SplitStatement): void {
  const statement = batchStatement(split.sql);
  if (typeof statement !== 'string') return;
  throw atPiece(piece, split.start, statement, 'Take "-- strata: in-batches" away, or write a plain UPDATE or DELETE.');
}

export function irreversible(reason: string, place: Place): Built {
  return { script: { kind: 'irreversible', reason, place }, meaning: { kind: 'irreversible' }, findings: [] };
}

/** The error for a migration that cannot become SQL: place in the message, a frame as detail. */
export function invalidAt(place: Place, text: string, message: string, more: ErrorMore = {}): ToolError {
  const shown = frame(text, place);
  return new ToolError('MIGRATION_INVALID', `${place.file}:${place.line}:${place.column}: ${message}`, {
    ...more,
    detail: more.detail === undefined ? shown : `${shown}\n${more.detail}`,
  });
}

const FAULTS: Readonly<Record<SplitFault['kind'], { readonly message: string; readonly hint: string }>> = {
  unterminated: { message: 'a string, name or comment has no end', hint: 'Close it.' },
  'psql-command': {
    message: 'a psql command cannot run outside psql',
    hint: 'Take the line away; what \\i or \\copy brought in belongs into the migration itself.',
  },
  'copy-data': {
    message: 'COPY … FROM STDIN takes its data lines from psql',
    hint: 'Write the rows as INSERT, or load them as a seed.',
  },
};

function faultError(piece: Piece, fault: SplitFault): ToolError {
  const { message, hint } = FAULTS[fault.kind];
  const subject = piece.origin === undefined ? '' : `${piece.origin}: `;
  return atPiece(piece, fault.offset, `${subject}${message}`, hint);
}

function controlError(piece: Piece, split: SplitStatement, what: string): ToolError {
  return atPiece(
    piece,
    split.start,
    `${what} does not belong into a migration`,
    'Every migration already runs in a transaction of its own. To run without one, call pgm.noTransaction(), or write "-- strata: no-transaction" in a .sql file.',
  );
}

/** The frame shows the SQL itself, of a file by the file's lines; for a builder call it is the only text there is. */
function atPiece(piece: Piece, offset: number, message: string, hint: string): ToolError {
  const place = piece.placeOf(offset);
  const before = piece.sql.slice(0, offset).split('\n');
  const numbered = piece.origin === undefined ? { number: place.line } : {};
  const shown = frame(piece.sql, { line: before.length, column: (before.at(-1) ?? '').length + 1 }, numbered);
  const text = `${place.file}:${place.line}:${place.column}: ${message}`;
  return new ToolError('MIGRATION_INVALID', text, { detail: shown, hint });
}

/** A value added to an enum cannot be used by the transaction that adds it, unless that also creates the type. */
function enumFindings(splits: readonly SplitStatement[], statements: readonly Statement[], subject: string): Finding[] {
  const findings: Finding[] = [];
  splits.forEach((split, index) => {
    const added = addedEnumValue(split);
    if (!added || splits.slice(0, index).some((earlier) => createdEnum(earlier) === added.type)) return;
    const { value } = added;
    const user = splits.slice(index + 1).findIndex((later) => later.sql.includes(value) && !addedEnumValue(later));
    const place = statements[index + 1 + user]?.place;
    if (user < 0 || !place) return;
    const message = `uses the enum value ${value} in the transaction that adds it; PostgreSQL refuses that`;
    const hint = `Add ${value} in a migration of its own, before this one, or run this one with no transaction.`;
    findings.push(finding({ code: 'migration/enum-value', level: 'warning', subject, message, hint, place }));
  });
  return findings;
}
