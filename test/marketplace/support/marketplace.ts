/** A database with the whole marketplace in it, and ways to speak to it as somebody. */
import { type Row, type Session, withSession } from '../../../src/pg/pool.ts';
import { ServerError } from '../../../src/pg/server-error.ts';
import { useCopy } from '../../support/database.ts';
import { migrate } from './migrate.ts';

/** A user's id; or somebody without one: a visitor, a pooled connection whose setting was left empty, a job. */
export type Actor = number | 'anonymous' | 'empty' | 'system';

type Database = ReturnType<typeof useCopy>;

/** One migrated database for the whole test file. Call at the top level; its session is the migrating superuser's. */
export function useMarketplace(): Database {
  return useCopy('the marketplace', (s) => migrate(s, 'up'));
}

/** Runs `work` in one transaction of a new connection, as the application does for this actor. Commits. */
export function as<T>(database: Database, actor: Actor, work: (s: Session) => Promise<T>): Promise<T> {
  return withSession(database.target(), (s) => actingAs(s, actor, work));
}

export async function actingAs<T>(s: Session, actor: Actor, work: (s: Session) => Promise<T>): Promise<T> {
  const role = actor === 'system' ? 'app_system' : 'app_user';
  await s.batch(`BEGIN; SET LOCAL ROLE ${role}`);
  try {
    if (typeof actor === 'number') await s.query(opening(actor), [String(actor)]);
    if (actor === 'empty') await s.query(`SELECT set_config('app.user_id', '', true)`);
    const result = await work(s);
    await s.query('COMMIT');
    return result;
  } catch (thrown) {
    await s.query('ROLLBACK').catch(() => undefined);
    throw thrown;
  }
}

/** By act_as() and by the setting alone: the same to every test, so half of all people come in by each. */
const opening = (actor: number): string =>
  actor % 2 === 0 ? 'SELECT act_as($1::integer)' : `SELECT set_config('app.user_id', $1, true)`;

/** The SQLSTATE that the work ends with; `ok` when it does not fail. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (thrown) {
    if (thrown instanceof ServerError) return sqlstateOf(thrown.sqlstate, thrown.fields.constraint);
    throw thrown;
  }
}

/** The SQLSTATE as up to PostgreSQL 17: since then a foreign key's RESTRICT says 23001, as our own triggers do on all. */
export function sqlstateOf(sqlstate: string, constraint: string | undefined): string {
  return sqlstate === '23001' && constraint !== undefined ? '23503' : sqlstate;
}

/** The constraint that a statement violates; `none` when it passes. Nothing is kept. */
export async function violated(s: Session, sql: string, params: readonly unknown[] = []): Promise<string> {
  await s.query('BEGIN');
  try {
    await s.query(sql, params);
    return 'none';
  } catch (thrown) {
    if (thrown instanceof ServerError) return thrown.fields.constraint ?? thrown.sqlstate;
    throw thrown;
  } finally {
    await s.query('ROLLBACK');
  }
}

export async function only<R extends object = Row>(rows: Promise<readonly R[]>): Promise<R> {
  const [row, ...rest] = await rows;
  if (row === undefined || rest.length > 0) throw new Error(`expected one row, got ${rest.length + (row ? 1 : 0)}`);
  return row;
}
