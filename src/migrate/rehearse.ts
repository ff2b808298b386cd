/**
 * Migrations run on a scratch copy to be measured: statement by statement inside the transaction that they will have, so
 * that what the server itself says of locks, scans and files stands beside what the rules foretell. Nothing is retried
 * and nothing is recorded; replay.ts is for running without looking.
 */
import { messageOf } from '../base/errors.ts';
import type { Direction, Statement } from '../base/plan.ts';
import type { Session } from '../pg/pool.ts';
import { ServerError } from '../pg/server-error.ts';
import { WASH } from '../pg/session.ts';
import type { CompileOptions } from './compile.ts';
import { roleHint } from './cycle-roles.ts';
import { locate } from './locate.ts';
import { type Measured, Meter, watched } from './measure.ts';
import type { CompiledMigration } from './model.ts';
import { hungOf, ReplayFailure, replay } from './replay.ts';

export interface RehearseOptions {
  readonly compile: CompileOptions;
  /** A second session on the same database, to look at statements that run outside a transaction. */
  readonly watcher: Session;
  readonly ticks: () => number;
  readonly onMeasured: (statement: Statement, measured: Measured) => void;
}

/**
 * `measured`: every statement was. `unmeasured`: it ran, but which statements it has is only known to its own code.
 * Throws a ReplayFailure when it does not run; what was measured before that has been told.
 */
export async function rehearse(
  session: Session,
  migration: CompiledMigration,
  direction: Direction,
  options: RehearseOptions,
): Promise<'measured' | 'unmeasured'> {
  const script = migration[direction];
  if (script.kind !== 'statements') {
    await replay(session, migration, direction, options);
    return 'unmeasured';
  }
  const one = { session, migration, options };
  try {
    if (script.transactional) await inTransaction(one, script.statements);
    else for (const statement of script.statements) await alone(one, statement);
  } finally {
    await session.query('ROLLBACK').catch(() => undefined);
    await session.batch(WASH.join(';\n')).catch(() => undefined);
  }
  return 'measured';
}

interface One {
  readonly session: Session;
  readonly migration: CompiledMigration;
  readonly options: RehearseOptions;
}

async function inTransaction(one: One, statements: readonly Statement[]): Promise<void> {
  const { session, options } = one;
  await session.query('BEGIN');
  const meter = await Meter.read(session);
  for (const statement of statements) {
    const since = options.ticks();
    const results = await orFail(one, statement, session.batch(`${statement.sql}\n;\n${Meter.question}`));
    const milliseconds = options.ticks() - since;
    options.onMeasured(statement, { milliseconds, relations: meter.after(results.at(-1)?.rows ?? []), sampled: false });
  }
  const last = statements.at(-1);
  const commit = session.query('COMMIT');
  // Deferred constraints and triggers speak up here.
  if (last) await orFail(one, last, commit, 'at COMMIT: ');
  else await commit;
}

async function alone(one: One, statement: Statement): Promise<void> {
  const { session, options } = one;
  // What an earlier statement made is a table that this one finds.
  const meter = await Meter.read(session);
  const since = options.ticks();
  const run = session.batch(statement.sql);
  const seen = await orFail(one, statement, watched(options.watcher, session.pid, run));
  const milliseconds = options.ticks() - since;
  options.onMeasured(statement, { milliseconds, relations: await meter.alone(session, seen), sampled: true });
}

async function orFail<T>({ session, migration }: One, statement: Statement, work: Promise<T>, when = ''): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (!(thrown instanceof ServerError)) throw thrown;
    const { position, detail, hint, where } = thrown.fields;
    const { place, frame } = locate(migration.file, statement, when === '' ? position : undefined);
    const hung = hungOf(thrown, session, migration);
    const message = hung?.message ?? messageOf(thrown).split('\n')[0] ?? '';
    const advice = hung?.hint ?? roleHint(thrown, statement.sql);
    const lines = [frame, detail, hint, advice, where].filter((line) => typeof line === 'string' && line !== '');
    throw new ReplayFailure(when + message, place, lines.join('\n'), thrown);
  }
}
