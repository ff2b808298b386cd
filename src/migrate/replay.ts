/**
 * Migrations run on a database that nobody else uses: no history, no lock, no retries, only the statements. What
 * `cycle` and `drift` do on scratch databases.
 */
import { messageOf } from '../base/errors.ts';
import type { Place } from '../base/finding.ts';
import { type Direction, type PlanStep, type Script, statementsOf } from '../base/plan.ts';
import type { BatchResult, Session } from '../pg/pool.ts';
import { ServerError, SQLSTATE } from '../pg/server-error.ts';
import { WASH } from '../pg/session.ts';
import { type CompileOptions, runOpaque } from './compile.ts';
import { roleHint } from './cycle-roles.ts';
import { locate } from './locate.ts';
import type { CompiledMigration } from './model.ts';
import { opaqueDatabase } from './opaque.ts';
import { askPieces, frames, type Piece, PieceFailure, sendPieces, statementPieces } from './pieces.ts';

export interface ReplayOptions {
  readonly compile: CompileOptions;
}

export interface Asking {
  /** Opens the transaction. */
  readonly opening: readonly string[];
  /** Statements that run last. */
  readonly question: readonly string[];
  /** The direction of the same migration whose transaction is still open: it is committed first. */
  readonly committing?: Direction | undefined;
}

/** A migration that does not run, in words, and the line. */
export class ReplayFailure extends Error {
  override readonly name = 'ReplayFailure';
  readonly place: Place;
  /** Lines of source with a caret, and the server's detail. */
  readonly detail: string;
  /** It was ended since it hung: whoever tries again waits as long again. */
  readonly hung: boolean;

  constructor(message: string, place: Place, detail: string, cause: unknown, hung = false) {
    super(message, { cause });
    this.place = place;
    this.detail = detail;
    this.hung = hung;
  }
}

/**
 * For the connection, so that RESET ALL after each migration keeps them: nothing here must survive a crash, so no commit
 * waits for the disk; and what is asked after every step is planned once.
 */
const SCRATCH_OPTIONS = '-c synchronous_commit=off -c jit=off -c plan_cache_mode=force_generic_plan';

/** Milliseconds for one statement where the configuration sets no limit: what takes longer on a few rows hangs. */
const PATIENCE = 300_000;

/** `statement`: `timeouts.statement`. The rows of a backup take the time that they take: no limit there but a configured one. */
export function scratchOptions(statement: number, rows: 'few' | 'backup'): string {
  const limit = Math.round(statement) || (rows === 'few' ? PATIENCE : 0);
  return `${SCRATCH_OPTIONS} -c statement_timeout=${limit}`;
}

/** Says of a statement that hung whose limit it was, which the server's own words do not. */
export interface Hung {
  readonly message: string;
  readonly hint: string;
}

/** Null: it failed otherwise, or the migration sets a limit of its own. */
export function hungOf(thrown: unknown, { target }: Session, { file }: CompiledMigration): Hung | null {
  // Of code that ran, the error names the line and the server's error is its cause.
  const error = thrown instanceof ServerError || !(thrown instanceof Error) ? thrown : thrown.cause;
  if (!(error instanceof ServerError) || error.sqlstate !== SQLSTATE.queryCanceled) return null;
  const [, limit = '0'] = /statement_timeout=(\d+)/.exec(target.options ?? '') ?? [];
  if (limit === '0' || /statement_timeout/i.test(file.source)) return null;
  return {
    message: messageOf(thrown).replace(error.message, `the statement did not end within ${Number(limit) / 1000} s`),
    hint: 'What waits for something that never comes hangs here for ever. If it may take longer, set timeouts.statement, in milliseconds.',
  };
}

/** Runs one direction. Throws a ReplayFailure; a transactional migration leaves nothing then. */
export async function replay(
  session: Session,
  migration: CompiledMigration,
  direction: Direction,
  options: ReplayOptions,
): Promise<void> {
  const step = stepOf(direction, migration);
  const { script } = step;
  if (script.kind === 'irreversible') return;
  const work = script.transactional
    ? together(session, migration, step, options)
    : alone(session, migration, step, options);
  await orFail(session, migration, step, work);
}

async function together(
  session: Session,
  migration: CompiledMigration,
  step: PlanStep,
  options: ReplayOptions,
): Promise<void> {
  const opening = frames(step, ['BEGIN']);
  // The code of an opaque migration talks to the server itself, so its transaction must be open before.
  if (step.script.kind === 'opaque') await sendPieces(session, opening.splice(0));
  await sendPieces(session, [...opening, ...(await authored(session, migration, step, options))]);
  await sendPieces(session, ending(step));
}

/**
 * Runs one direction of a migration that is nothing but statements in a transaction, which stays open, and a question
 * after them: all in one message. The results of the question. Throws a ReplayFailure; no transaction is open then.
 */
export async function replayAndAsk(
  session: Session,
  migration: CompiledMigration,
  direction: Direction,
  { opening, question, committing }: Asking,
): Promise<readonly BatchResult[]> {
  const step = stepOf(direction, migration);
  const pieces = [
    ...(committing ? ending(stepOf(committing, migration)) : []),
    ...frames(step, opening),
    ...statementPieces(step, statementsOf(step.script)),
    ...frames(step, question),
  ];
  const results = await orFail(session, migration, step, askPieces(session, pieces));
  return results.slice(-question.length);
}

/** Commits what `replayAndAsk` left open. Throws a ReplayFailure. */
export async function commit(session: Session, migration: CompiledMigration, direction: Direction): Promise<void> {
  const step = stepOf(direction, migration);
  await orFail(session, migration, step, sendPieces(session, ending(step)));
}

async function orFail<T>(session: Session, migration: CompiledMigration, step: PlanStep, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    await session.query('ROLLBACK').catch(() => undefined);
    throw failure(session, migration, step, thrown);
  }
}

function ending(step: PlanStep): Piece[] {
  return [{ kind: 'commit', sql: 'COMMIT', step }, ...wash(step)];
}

function stepOf(direction: Direction, migration: CompiledMigration): PlanStep {
  const { file, semanticChecksum } = migration;
  const { version, name, checksum } = file;
  return { version, name, direction, file: file.file, script: migration[direction], checksum, semanticChecksum };
}

async function authored(
  session: Session,
  migration: CompiledMigration,
  step: PlanStep,
  { compile }: ReplayOptions,
): Promise<readonly Piece[]> {
  const { script } = step;
  if (script.kind === 'statements') return statementPieces(step, script.statements);
  if (script.kind === 'irreversible') return [];
  return statementPieces(step, await runOpaque(migration.file, step.direction, opaqueDatabase(session), compile));
}

async function alone(
  session: Session,
  migration: CompiledMigration,
  step: PlanStep,
  options: ReplayOptions,
): Promise<void> {
  for (const piece of await authored(session, migration, step, options)) await sendPieces(session, [piece]);
  await sendPieces(session, wash(step));
}

/** What the session itself prepared stays: DEALLOCATE ALL only after a script that may have prepared something. */
function wash(step: PlanStep): Piece[] {
  const all = mayPrepare(step.script);
  return frames(
    step,
    WASH.filter((sql) => all || sql !== 'DEALLOCATE ALL'),
  );
}

/** True: what the session has prepared may be gone afterwards. */
export function mayPrepare(script: Script): boolean {
  return (
    script.kind === 'opaque' ||
    (script.kind === 'statements' && script.statements.some(({ sql }) => PREPARES.test(sql)))
  );
}

const PREPARES = /\b(prepare|deallocate|discard)\b/i;

function failure(session: Session, migration: CompiledMigration, step: PlanStep, thrown: unknown): unknown {
  const error = thrown instanceof PieceFailure ? thrown.error : thrown;
  const statement = thrown instanceof PieceFailure ? thrown.spot.statement : undefined;
  if (!(error instanceof ServerError) && thrown instanceof Error && !('code' in thrown)) return thrown;
  const fields = error instanceof ServerError ? error.fields : undefined;
  const hung = hungOf(error, session, migration);
  const advice = hung?.hint ?? (statement ? roleHint(error, statement.sql) : null);
  const lines = [fields?.detail, fields?.hint, advice, fields?.where].filter((line) => typeof line === 'string');
  const message = hung?.message ?? messageOf(error).split('\n')[0] ?? '';
  if (!statement || !(thrown instanceof PieceFailure)) {
    return new ReplayFailure(message, { file: step.file, line: 1, column: 1 }, lines.join('\n'), thrown, hung !== null);
  }
  const { place, frame } = locate(migration.file, statement, thrown.spot.position);
  return new ReplayFailure(message, place, [frame, ...lines].join('\n'), thrown, hung !== null);
}
