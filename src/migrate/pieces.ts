/**
 * One message to the server, as the list of its statements: which of them is the author's and which is ours, so that
 * the server's word about a failure finds its way back to a statement, a line and a column.
 */
import type { PlanStep, Statement } from '../base/plan.ts';
import type { BatchResult, Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import type { Spot } from './execution.ts';

export type Piece =
  /** The author's. */
  | {
      readonly kind: 'statement';
      readonly sql: string;
      readonly step: PlanStep;
      readonly statement: Statement;
      readonly number: number;
      readonly total: number;
    }
  /** Ours. */
  | { readonly kind: 'frame' | 'record' | 'fence' | 'commit'; readonly sql: string; readonly step: PlanStep };

/** A piece failed. */
export class PieceFailure extends Error {
  override readonly name = 'PieceFailure';
  readonly piece: Piece;
  readonly error: ServerError;
  readonly spot: Spot;
  /** How many transactions of the message were committed before. */
  readonly committed: number;

  constructor(piece: Piece, error: ServerError, position: number | undefined, committed = 0) {
    super(error.message, { cause: error });
    this.piece = piece;
    this.error = error;
    this.spot = spotOf(piece, position);
    this.committed = committed;
  }
}

export function frames(step: PlanStep, texts: readonly string[], kind: 'frame' | 'record' = 'frame'): Piece[] {
  return texts.map((sql) => ({ kind, sql, step }));
}

export function statementPieces(step: PlanStep, statements: readonly Statement[]): Piece[] {
  const total = statements.length;
  return statements.map((statement, index) => ({
    kind: 'statement',
    sql: statement.sql,
    step,
    statement,
    number: index + 1,
    total,
  }));
}

/** Sends the pieces as one message. Throws a PieceFailure that names the piece. */
export async function sendPieces(session: Session, pieces: readonly Piece[]): Promise<void> {
  await askPieces(session, pieces);
}

/** Likewise, for what they return, in order. */
export async function askPieces(session: Session, pieces: readonly Piece[]): Promise<readonly BatchResult[]> {
  if (pieces.length === 0) return [];
  try {
    // A newline before the semicolon: the statement may end in a line comment.
    return await session.batch(pieces.map((piece) => `${piece.sql}\n;\n`).join(''));
  } catch (thrown) {
    if (thrown instanceof ServerError) throw failureOf(pieces, thrown);
    throw thrown;
  }
}

/**
 * The position is the surer witness: a syntax error is found before anything runs, when nothing is complete yet.
 * It counts characters of the whole message, as PostgreSQL does: code points, not UTF-16 units.
 */
function failureOf(pieces: readonly Piece[], error: ServerError): PieceFailure | ServerError {
  const committed = pieces.slice(0, error.completed).filter(({ kind }) => kind === 'commit').length;
  let left = error.fields.position ?? 0;
  if (left > 0) {
    for (const piece of pieces) {
      const length = codePoints(piece.sql);
      if (left <= length + 2) return new PieceFailure(piece, error, Math.min(left, length), committed);
      left -= length + 3;
    }
  }
  const piece = pieces[error.completed];
  return piece ? new PieceFailure(piece, error, undefined, committed) : error;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function spotOf(piece: Piece, position: number | undefined): Spot {
  const { step } = piece;
  if (piece.kind !== 'statement') return { step, ...(piece.kind === 'commit' ? { atCommit: true } : {}) };
  const { statement, number, total } = piece;
  return { step, statement, number, total, ...(position === undefined ? {} : { position }) };
}
